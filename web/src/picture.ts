/** The part of a chart that needs the library: loaded only when a chart comes into view. */

import uPlot from "uplot";
import type { Chart } from "./chart";
import { read } from "./figures";
import { FAINT, picture, type Drawing, type Kind, type Look, type Told } from "./options";

const PAPER_WIDTH = 680; // CSS pixels between the margins of an A4 sheet
const NEAR = 8; // CSS pixels from a grey line at which it is meant

/** One chart on its canvas; draws itself anew when its table, its width, the colour scheme or the medium changes. */
export class Picture {
  drawing: Drawing | undefined;
  #host: Chart;
  #board = document.createElement("div");
  #note = document.createElement("div");
  #plot: uPlot | undefined;
  #table: HTMLTableElement | null = null;
  #hovered = 0;
  #dark = matchMedia("(prefers-color-scheme: dark)");
  #paper = matchMedia("print");
  #size = new ResizeObserver(() => this.#resized());
  #width = 0;

  constructor(host: Chart) {
    this.#host = host;
    this.#note.className = "told";
    this.#note.ariaHidden = "true"; // the table says it
    this.#board.append(this.#note);
    host.append(this.#board);
    this.#dark.addEventListener("change", this.#draw);
    this.#paper.addEventListener("change", this.#draw);
    document.addEventListener("jw-swapped", this.#swapped);
    this.#draw();
    this.#size.observe(host);
  }

  dispose(): void {
    this.#size.disconnect();
    this.#dark.removeEventListener("change", this.#draw);
    this.#paper.removeEventListener("change", this.#draw);
    document.removeEventListener("jw-swapped", this.#swapped);
    this.#plot?.destroy();
    this.#board.remove();
    this.#host.removeAttribute("data-ready");
  }

  #swapped = (): void => {
    if (!this.#table?.isConnected || this.#host.hidden) this.#draw();
  };

  #resized(): void {
    if (this.#host.clientWidth && this.#host.clientWidth !== this.#width && !this.#paper.matches) this.#draw();
  }

  #draw = (): void => {
    const host = this.#host;
    const table = (this.#table = document.getElementById(host.getAttribute("table") ?? "") as HTMLTableElement | null);
    const figures = table && read(table);
    host.hidden = !figures?.columns.some((column) => column.values.some((value) => value !== null));
    if (host.hidden || !figures) return;
    host.toggleAttribute("data-print", this.#paper.matches);
    this.#width = this.#paper.matches ? Math.min(host.clientWidth, PAPER_WIDTH) : host.clientWidth;
    if (!this.#width) return; // not laid out yet: the ResizeObserver calls again
    const drawing = (this.drawing = picture(host.getAttribute("kind") as Kind, figures, host.getAttribute("unit") ?? "", this.#look()));
    host.reserve();
    this.#plot?.destroy();
    this.#note.hidden = true;
    this.#hovered = 0;
    const { hooks, ...options } = drawing.options;
    const told = { ...hooks, draw: [...(hooks?.draw ?? []), this.#drawn], setCursor: [this.#pointed] };
    const size = { width: this.#width, height: host.clientHeight };
    const plot = (this.#plot = new uPlot({ ...options, ...size, hooks: told }, drawing.data, this.#board));
    plot.over.addEventListener("mouseenter", () => plot.syncRect()); // an opened <details> may have moved it
    plot.ctx.canvas.setAttribute("role", "img");
    plot.ctx.canvas.setAttribute("aria-label", host.getAttribute("label") ?? table.caption?.textContent?.trim() ?? "");
  };

  /** uPlot draws when the script that asked for it has ended. */
  #drawn = (): void => {
    if (!this.#host.hasAttribute("data-ready")) performance.mark("jw-chart");
    this.#host.setAttribute("data-ready", "");
  };

  #pointed = (plot: uPlot): void => {
    const { idx, event } = plot.cursor;
    const away = idx == null || !event || (plot.cursor.left ?? -1) < 0;
    const [left, top] = away ? [0, 0] : [event.clientX - plot.rect.left, event.clientY - plot.rect.top];
    this.#emphasise(plot, away ? 0 : this.#grey(plot, left, top));
    this.#note.hidden = away;
    if (away || !this.drawing) return;
    this.#say(this.drawing.tell(idx, this.#hovered ? String(plot.series[this.#hovered]?.label) : ""));
    const [box, px] = [plot.bbox, uPlot.pxRatio];
    const [x, y] = [box.left / px + left, box.top / px + top];
    const { offsetWidth: width, offsetHeight: height } = this.#note;
    this.#note.style.left = `${Math.max(0, x + 14 + width <= this.#width ? x + 14 : x - 14 - width)}px`;
    this.#note.style.top = `${Math.max(0, Math.min(y + 14, plot.height - height))}px`;
  };

  #say({ head, rows }: Told): void {
    this.#note.replaceChildren(head, ...rows.map(({ name, text, color }) => {
      const [row, dot] = [document.createElement("div"), document.createElement("i")];
      dot.style.background = color;
      row.append(...(color ? [dot] : []), `${name}  ${text}`);
      return row;
    }));
  }

  /** The grey line under the pointer, 0 where there is none: it has no name of its own on the picture. */
  #grey(plot: uPlot, left: number, top: number): number {
    const at = plot.posToVal(left, "x");
    const [before, after] = [Math.floor(at), Math.ceil(at)];
    const away = (series: number): number => {
      const [a, b] = [plot.data[series]?.[before], plot.data[series]?.[after]];
      return a == null || b == null ? Infinity : Math.abs(plot.valToPos(a + (b - a) * (at - before), "y") - top);
    };
    return (this.drawing?.soft ?? []).reduce((best, series) => (away(series) < Math.min(NEAR, best ? away(best) : NEAR) ? series : best), 0);
  }

  #emphasise(plot: uPlot, series: number): void {
    if (series === this.#hovered) return;
    for (const [which, alpha] of [[this.#hovered, FAINT], [series, 1]] as const) if (which) plot.series[which]!.alpha = alpha;
    this.#hovered = series;
    plot.redraw(false);
  }

  #look(): Look {
    const style = getComputedStyle(this.#host);
    const color = (name: string): string => style.getPropertyValue(`--${name}`).trim() || style.color;
    const pen = document.createElement("canvas").getContext("2d")!;
    return {
      ink: color("ink"), soft: color("soft"), line: color("line"), paper: color("paper"), blue: color("blue"), band: color("s1"), range: color("s2"),
      series: [1, 2, 3, 4, 5, 6].map((i) => color(`c${i}`)),
      font: style.fontFamily,
      width: this.#width,
      measure: (text, size) => ((pen.font = `${size}px ${style.fontFamily}`), pen.measureText(text).width),
    };
  }
}
