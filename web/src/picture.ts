/** The part of a chart that needs the library: loaded only when a chart comes into view. */

import { BarChart, CustomChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use, type EChartsCoreOption, type EChartsType } from "echarts/core";
import { LabelLayout } from "echarts/features";
import { CanvasRenderer } from "echarts/renderers";
import { read } from "./figures";
import { FAINT, picture, type Kind, type Look } from "./options";

use([BarChart, CustomChart, LineChart, ScatterChart, GridComponent, LegendComponent, TooltipComponent, LabelLayout, CanvasRenderer]);

const PAPER_WIDTH = 680; // CSS pixels between the margins of an A4 sheet

/** One chart on its canvas; draws itself anew when its table, its width, the colour scheme or the medium changes. */
export class Picture {
  option: EChartsCoreOption | undefined;
  #host: HTMLElement;
  #board = document.createElement("div");
  #chart: EChartsType | undefined;
  #table: HTMLTableElement | null = null;
  #hovered = "";
  #dark = matchMedia("(prefers-color-scheme: dark)");
  #paper = matchMedia("print");
  #size = new ResizeObserver(() => this.#resized());
  #width = 0;

  constructor(host: HTMLElement) {
    this.#host = host;
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
    this.#chart?.dispose();
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
    const drawn = picture(host.getAttribute("kind") as Kind, figures, host.getAttribute("unit") ?? "", this.#look(), () => this.#hovered);
    if (drawn.height !== null) host.style.height = `${drawn.height}px`;
    const size = { width: this.#width, height: host.clientHeight };
    this.#chart ??= this.#begin(size);
    this.#chart.resize(size);
    this.#chart.setOption((this.option = drawn.option), { notMerge: true });
    const canvas = this.#board.querySelector("canvas");
    canvas?.setAttribute("role", "img");
    canvas?.setAttribute("aria-label", host.getAttribute("label") ?? table.caption?.textContent?.trim() ?? "");
    if (!host.hasAttribute("data-ready")) performance.mark("jw-chart");
    host.setAttribute("data-ready", "");
  };

  #begin(size: { width: number; height: number }): EChartsType {
    const chart = init(this.#board, null, { renderer: "canvas", ...size });
    // A grey line of many has no label: while the pointer is on it, it stands out and the tooltip names it.
    const point = (name: string | undefined, on: boolean): void => {
      const series = this.option?.["series"] as { name?: string; triggerLineEvent?: boolean }[];
      if (!series.some((each) => each.name === name && each.triggerLineEvent)) return;
      this.#hovered = on ? name! : "";
      chart.setOption({ series: [{ name, type: "line", lineStyle: { opacity: on ? 1 : FAINT } }] });
    };
    chart.on("mouseover", (event) => point(event.seriesName, true));
    chart.on("mouseout", (event) => point(event.seriesName, false));
    return chart;
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
