/** From figures to a picture, as a pure function: what is drawn can be read and tested without a canvas. */

import type { CustomSeriesOption, LineSeriesOption } from "echarts/charts";
import type { EChartsCoreOption } from "echarts/core";
import { isYears, type Column, type Figures } from "./figures";

export type Kind = "lines" | "fan" | "intervals" | "bars";

/** How the page looks now. `measure` gives a text's width in CSS pixels at a font size. */
export interface Look {
  ink: string; soft: string; line: string; paper: string; blue: string; band: string; range: string;
  series: string[];
  font: string;
  width: number;
  measure: (text: string, size: number) => number;
}

export const ROW = 27; // CSS pixels a row of a picture with names on its left
export const FAINT = 0.4; // opacity of a grey line among many
const SMALL = 12;
const DASHES = ["solid", "solid", [7, 4], [7, 4], [2, 3], [2, 3]] as const;

/** The option for ECharts, and the height in CSS pixels where the rows decide it (null: the style sheet does). */
export function picture(kind: Kind, figures: Figures, unit: string, look: Look, soft: () => string): { option: EChartsCoreOption; height: number | null } {
  const { told, ...drawn } = DRAW[kind](figures, unit, look, soft);
  const sideways = kind === "intervals" || (kind === "bars" && !isYears(figures.x));
  return {
    height: sideways ? figures.x.length * ROW + 50 : null,
    option: {
      animation: false,
      textStyle: { fontFamily: look.font, color: look.ink },
      tooltip: {
        trigger: "axis", renderMode: "richText", confine: true, transitionDuration: 0,
        formatter: (given: unknown) => {
          const pointed = [given].flat() as { dataIndex: number; seriesName: string; marker?: string }[];
          return told(pointed[0]!.dataIndex, (name) => pointed.find((p) => p.seriesName === name)?.marker ?? "");
        },
        backgroundColor: look.paper, borderColor: look.line, borderWidth: 1, padding: [8, 10], shadowBlur: 0, shadowOffsetY: 0,
        textStyle: { color: look.ink, fontSize: 13, fontFamily: look.font, lineHeight: 20 },
        axisPointer: { type: sideways ? "none" : "line", lineStyle: { color: look.soft, width: 1, type: "solid" } },
      },
      ...drawn,
    },
  };
}

/** What the tooltip says of one place on the axis of names or years; `marker` gives the dot in a series' colour. */
type Told = (at: number, marker: (name: string) => string) => string;
type Drawn = EChartsCoreOption & { told: Told };

const DRAW = { lines, fan, intervals, bars } satisfies Record<Kind, (figures: Figures, unit: string, look: Look, soft: () => string) => Drawn>;

function lines(figures: Figures, unit: string, look: Look, soft: () => string): Drawn {
  const all = figures.columns.filter((c) => c.as === "line");
  const bold = all.filter((c) => !c.soft);
  const widest = Math.max(0, ...bold.map((c) => look.measure(c.name, SMALL)));
  const direct = bold.length <= 6 && widest <= look.width * 0.3;
  const color = (column: Column): string => look.series[bold.indexOf(column) % look.series.length]!;
  const series = [...all.filter((c) => c.soft), ...bold].map((column): LineSeriesOption => column.soft
    ? { type: "line", name: column.name, symbol: "none", data: points(column, false), triggerLineEvent: true, z: 1, color: look.soft,
        lineStyle: { width: 1, color: look.soft, opacity: FAINT }, itemStyle: { opacity: 0.5 }, emphasis: { disabled: true } }
    : { type: "line", name: column.name, symbol: "none", data: points(column, figures.x.length <= 16), z: 3, color: color(column),
        lineStyle: { width: 2, type: dash(direct ? 0 : bold.indexOf(column)) }, emphasis: { lineStyle: { width: 2 } },
        ...(direct && { endLabel: { show: true, formatter: column.name, color: color(column), fontSize: SMALL, distance: 6 }, labelLayout: { moveOverlap: "shiftY" } }) });
  const told: Told = (at, marker) => tell(figures, at, all.filter((c) => !c.soft || c.name === soft()), marker);
  const named = direct ? { option: {}, top: 0 } : legend(bold.map((c) => c.name), look);
  return { ...upright(figures, unit, look, { top: named.top, right: direct ? widest + 12 : 14 }), ...named.option, told, series };
}

function fan(figures: Figures, unit: string, look: Look): Drawn {
  const [value, median, low, high] = ["value", "median", "low", "high"].map((as) => one(figures, as));
  // The fan grows out of the last figure observed: there, and only there, nothing is uncertain.
  const last = value!.values.findLastIndex((v) => v !== null);
  const root = last >= 0 && median!.values[last] === null && median!.values[last + 1] != null ? last : -1;
  const rooted = (column: Column): (number | null)[] => column.values.map((v, i) => (i === root ? value!.values[i]! : v));
  const edges = { low: rooted(low!), high: rooted(high!) };
  const between = `${low!.name} – ${high!.name}`;
  const series = [
    band(between, edges.low, edges.high, look),
    { type: "line", name: median!.name, symbol: "none", data: points({ ...median!, values: rooted(median!) }, false), z: 3, color: look.blue, lineStyle: { width: 2, type: [5, 4] }, emphasis: { lineStyle: { width: 2 } } },
    { type: "line", name: value!.name, symbol: "none", data: points(value!, figures.x.length <= 30), z: 4, color: look.ink, lineStyle: { width: 2 }, emphasis: { lineStyle: { width: 2 } } },
  ];
  const named = legend([value!.name, median!.name, between].filter((name) => name.trim() !== "–" && name), look, between);
  const told: Told = (at) => tell(figures, at, [value!, median!, low!, high!].filter((c) => c.values[at] != null));
  return { ...upright(figures, unit, look, { top: named.top, right: 14 }), ...named.option, told, series };
}

function intervals(figures: Figures, unit: string, look: Look): Drawn {
  const [value, low, high] = ["value", "low", "high"].map((as) => one(figures, as));
  const told: Told = (at) => tell(figures, at, [value!, low!, high!]);
  const rows = figures.x.map((_, i) => [low!.values[i] ?? null, high!.values[i] ?? null, i]);
  return {
    ...sidewise(figures, unit, look, true), told,
    series: [
      { type: "custom", name: `${low!.name} – ${high!.name}`, data: rows, encode: { x: [0, 1], y: 2 }, z: 2, color: look.range,
        renderItem: (_, api) => {
          const [from, to] = [api.value(0), api.value(1)] as [number, number];
          if (!Number.isFinite(from) || !Number.isFinite(to)) return null;
          const [[x = 0, y = 0], [end = 0]] = [api.coord([from, api.value(2)]), api.coord([to, api.value(2)])];
          return { type: "rect", shape: { x: x - 1, y: y - 4, width: end - x + 2, height: 8, r: 4 }, style: { fill: look.range } };
        } } satisfies CustomSeriesOption,
      { type: "scatter", name: value!.name, data: figures.x.map((_, i) => [value!.values[i] ?? null, i]), symbolSize: 9, z: 3,
        itemStyle: { color: look.blue, borderColor: look.paper, borderWidth: 1.5, opacity: 1 }, emphasis: { disabled: true } },
    ],
  };
}

function bars(figures: Figures, unit: string, look: Look): Drawn {
  const value = one(figures, "value");
  const upwards = isYears(figures.x);
  const told: Told = (at) => tell(figures, at, [value]);
  const signed = value.values.some((v) => v !== null && v < 0);
  const outside = (v: number): string => upwards ? (v < 0 ? "bottom" : "top") : v < 0 ? "left" : "right";
  const room = Math.max(0, ...value.texts.map((t) => look.measure(t, SMALL))) + 8;
  const series = [{
    type: "bar", name: value.name, barMaxWidth: upwards ? 28 : 14, barCategoryGap: "35%", emphasis: { disabled: true },
    data: value.values.map((v, i) => v === null ? { value: "-" } : {
      value: v, itemStyle: { color: v < 0 ? look.series[1] : look.blue },
      label: { show: !upwards || figures.x.length * (room + 4) < look.width, position: outside(v), formatter: value.texts[i], color: look.soft, fontSize: SMALL, distance: 4 },
    }),
  }];
  const axes = upwards ? upright(figures, unit, look, { top: 0, right: 14 }, true) : sidewise(figures, unit, look, false, room, signed ? room : 0);
  return { ...axes, told, series };
}

/** One polygon a run of years that have both edges; where one is missing the band breaks. */
function band(name: string, low: (number | null)[], high: (number | null)[], look: Look): CustomSeriesOption {
  const whole = (i: number): boolean => low[i] != null && high[i] != null;
  return {
    type: "custom", name, z: 2, color: look.band, silent: true, data: low.map((v, i) => [i, v, high[i] ?? null]), encode: { x: 0, y: [1, 2] }, clip: true,
    renderItem: (params, api) => {
      const first = params.dataIndex;
      if (!whole(first) || whole(first - 1)) return null;
      let last = first;
      while (whole(last + 1)) last++;
      const run = Array.from({ length: last - first + 1 }, (_, i) => first + i);
      const edge = (side: (number | null)[]): number[][] => run.map((i) => api.coord([i, side[i]!]));
      const points = [...edge(high), ...edge(low).reverse()];
      return run.length > 1 ? { type: "polygon", shape: { points }, style: { fill: look.band } }
        : { type: "line", shape: { x1: points[0]![0]!, y1: points[0]![1]!, x2: points[1]![0]!, y2: points[1]![1]! }, style: { stroke: look.band, lineWidth: 6 } };
    },
  };
}

/** Missing values stay missing. A value between two gaps would be no line at all, so it is a point. */
function points(column: Column, dots: boolean): object[] {
  const there = (i: number): boolean => column.values[i] != null;
  return column.values.map((value, i) => {
    const alone = there(i) && !there(i - 1) && !there(i + 1);
    return { value: value ?? "-", symbol: alone || (dots && there(i)) ? "circle" : "none", symbolSize: alone ? 5 : 4 };
  });
}

const dash = (i: number): "solid" | number[] => {
  const found = DASHES[i % DASHES.length]!;
  return found === "solid" ? found : [...found];
};

function one(figures: Figures, as: string): Column {
  return figures.columns.find((c) => c.as === as) ?? { as, name: "", soft: false, values: figures.x.map(() => null), texts: figures.x.map(() => "") };
}

/** ECharts reads braces as rich text; names must not. */
const plain = (text: string): string => text.replace(/[{}|]/g, " ");

/** In the table's own words: what is missing there is a dash here. */
function tell(figures: Figures, at: number, columns: Column[], marker: (name: string) => string = () => ""): string {
  const said = columns.filter((c) => c.name).map((c) => `${marker(c.name)}${plain(c.name)}  ${plain(c.texts[at] || "–")}`);
  return [plain(figures.x[at] ?? ""), ...said].join("\n");
}

const minus = (value: number): string => value.toLocaleString("en", { maximumFractionDigits: 6 }).replace("-", "−");

function valueAxis(unit: string, look: Look): object {
  return {
    type: "value", name: unit, nameGap: 10, nameTextStyle: { color: look.soft, fontSize: SMALL, align: "left", padding: 0 },
    splitNumber: 4, axisLine: { show: false }, axisTick: { show: false }, splitLine: { lineStyle: { color: look.line, width: 1 } },
    axisLabel: { color: look.soft, fontSize: SMALL, formatter: minus, hideOverlap: true },
  };
}

/** Categories from left to right, values upwards. */
function upright(figures: Figures, unit: string, look: Look, room: { top: number; right: number }, bars = false): EChartsCoreOption {
  const widest = Math.max(1, ...figures.x.map((text) => look.measure(text, SMALL)));
  const step = Math.max(1, Math.ceil(((figures.x.length - 1) * (widest + 18)) / Math.max(1, look.width - room.right - 40)));
  return {
    grid: { left: 2, right: room.right, top: room.top + (unit ? 30 : 12), bottom: 2, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: {
      type: "category", data: figures.x, boundaryGap: bars, axisTick: { show: false }, axisLine: { onZero: bars, lineStyle: { color: look.soft, width: 1, opacity: 0.6 } },
      // Counted from the last, which is the one that is read.
      axisLabel: { color: look.soft, fontSize: SMALL, interval: (i: number) => (figures.x.length - 1 - i) % step === 0, margin: 10 },
    },
    yAxis: { ...valueAxis(unit, look), nameLocation: "end", scale: !bars },
  };
}

/** Names on the left, one row each, the first on top; the scale above, where reading begins. */
function sidewise(figures: Figures, unit: string, look: Look, scale: boolean, right = 0, left = 0): EChartsCoreOption {
  const widest = Math.min(look.width * 0.38, Math.max(0, ...figures.x.map((text) => look.measure(text, 13))) + 4);
  return {
    grid: { left: widest + 10 + left, right: Math.max(14, right), top: unit ? 44 : 26, bottom: 4, outerBoundsMode: "none" },
    xAxis: { ...valueAxis("", look), position: "top", scale, splitNumber: Math.min(5, Math.max(2, Math.floor((look.width - widest - left - right) / 80))),
      ...(unit && { name: unit, nameLocation: "start", nameGap: 0, nameTextStyle: { color: look.soft, fontSize: SMALL, align: "left", verticalAlign: "bottom", padding: [0, 0, 26, 0] } }) },
    yAxis: {
      type: "category", data: figures.x, inverse: true, axisTick: { show: false }, axisLine: { show: !scale, onZero: true, lineStyle: { color: look.soft, width: 1, opacity: 0.6 } },
      axisLabel: { color: look.ink, fontSize: 13, interval: 0, width: widest, overflow: "truncate", margin: 10 + left },
      splitLine: { show: false },
    },
  };
}

/** A legend above the picture, on as many lines as it needs; strokes without a dot, except the one that is an area. */
function legend(names: string[], look: Look, filled = ""): { option: object; top: number } {
  const [mark, gap] = [20, 16];
  let [rows, used] = [1, 0];
  for (const name of names) {
    const width = mark + 5 + look.measure(name, SMALL) + gap;
    if (used && used + width > look.width) [rows, used] = [rows + 1, 0];
    used += width;
  }
  const option = { legend: { data: names.map((name) => ({ name, ...(name !== filled && { itemStyle: { opacity: 0 } }) })), left: 0, top: 4, padding: 0, itemWidth: mark, itemHeight: 9, itemGap: gap, selectedMode: false, textStyle: { color: look.ink, fontSize: SMALL, fontFamily: look.font } } };
  return { option, top: names.length ? rows * 28 : 0 };
}
