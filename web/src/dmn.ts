/** bpmn.io's viewer of decision models: the diagram of requirements, and from it the tables. */

import "./viewer.css";
import "diagram-js/assets/diagram-js.css";
import "dmn-js/dist/assets/dmn-js-shared.css";
import "dmn-js/dist/assets/dmn-js-drd.css";
import "dmn-js/dist/assets/dmn-js-decision-table.css";
import "dmn-js/dist/assets/dmn-js-literal-expression.css";
import Viewer from "dmn-js/lib/NavigatedViewer";

/** The viewer knows DMN 1.3 only; later versions added boxed expressions and moved to names of their own. */
const LATER = /https:\/\/www\.omg\.org\/spec\/DMN\/(?:20211108|20230324|20240513)\/(MODEL|DMNDI|FEEL)\//g;

interface View {
  type: string;
  element: { id: string; name?: string };
}

interface Tabs {
  importXML(xml: string): Promise<unknown>;
  getViews(): View[];
  open(view: View): Promise<unknown>;
}

export async function show(at: HTMLElement, xml: string, chinese: boolean): Promise<void> {
  const tabs = document.createElement("p");
  const canvas = document.createElement("div");
  canvas.className = "canvas";
  at.append(tabs, canvas);
  const viewer = new Viewer({ container: canvas }) as unknown as Tabs;
  await viewer.importXML(xml.replace(LATER, "https://www.omg.org/spec/DMN/20191111/$1/"));
  const open = async (view: View): Promise<void> => {
    await viewer.open(view);
    const first = canvas.querySelector("th.index-column");
    if (first && !first.textContent) first.textContent = "#"; // else a heading without words
  };
  for (const view of viewer.getViews()) {
    const tab = document.createElement("button");
    tab.type = "button";
    tab.textContent = view.type === "drd" ? (chinese ? "需求图" : "Diagram") : (view.element.name ?? view.element.id);
    tab.addEventListener("click", () => void open(view));
    tabs.append(tab, " ");
  }
}
