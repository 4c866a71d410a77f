"""engines/kernel"""
