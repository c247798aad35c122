/** bpmn.io's viewer of processes: can be moved and enlarged; nothing of a drawing can be changed. */

import "./viewer.css";
import "diagram-js/assets/diagram-js.css";
import Viewer from "bpmn-js/lib/NavigatedViewer";

export async function show(at: HTMLElement, xml: string, chinese: boolean): Promise<void> {
  const viewer = new Viewer({ container: at });
  await viewer.importXML(xml);
  const canvas = viewer.get<{ zoom(to: string): void }>("canvas");
  canvas.zoom("fit-viewport");
  const drawn = at.querySelector<SVGElement>("svg[data-element-id], .djs-container > svg");
  drawn?.setAttribute("role", "application");
  drawn?.setAttribute("aria-label", chinese ? "流程图，可拖动、可缩放" : "The process: it can be moved and enlarged");
}
