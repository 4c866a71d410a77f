/* built from 1334d51420c61fb1d723ace2b22464a6e03552d9d962368fa5b54148b43cae04 */
// The explorer in a notebook: what anywidget loads. The page's own code and the kernel come with
// the widget as texts, because a worker needs them as texts too.
const unwrapped = (text) => import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));

async function render({ model, el }) {
  const [codeText, kernelText] = [model.get("code"), model.get("kernel")];
  const { zjsimExplorer, zjsimKernel } = await unwrapped(
    `${codeText}\n${kernelText}\nexport { zjsimExplorer, zjsimKernel };`);
  const font = model.get("font");
  if (font) {
    // Inside a shadow a style sheet cannot bring a font; the document can.
    const han = new FontFace("zjsim Han", `url(data:font/woff;base64,${font})`);
    document.fonts.add(await han.load());
  }
  const style = document.createElement("style");
  style.textContent = model.get("style");
  const root = document.createElement("div");
  root.className = "zx embedded";
  // A shadow keeps the notebook's style sheet out of the page and the page's out of the notebook.
  el.attachShadow({ mode: "open" }).append(style, root);
  root.app = zjsimExplorer.mount(root, {
    doc: await zjsimExplorer.unpacked(model.get("content")),
    makeKernel: zjsimKernel,
    kernelText,
    codeText,
    onState: (store) => {
      model.set("yaml", zjsimExplorer.scenarioFile(store));
      model.save_changes();
    },
  });
  return () => root.app.close();
}

export default { render };
