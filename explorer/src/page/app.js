export function mount() {}
export function openPage() {}
