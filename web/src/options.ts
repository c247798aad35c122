/** From figures to a picture, as a pure function: what is drawn can be read and tested without a canvas. */

import uPlot from "uplot";
import { isYears, type Column, type Figures } from "./figures";
import { legend, letters, names, SMALL, type Entry, type Letter } from "./letters";

export type Kind = "lines" | "fan" | "intervals" | "bars";

/** How the page looks now. `measure` gives a text's width in CSS pixels at a font size. */
export interface Look {
  ink: string; soft: string; line: string; paper: string; blue: string; band: string; range: string;
  series: string[];
  font: string;
  width: number;
  measure: (text: string, size: number) => number;
}

/** What the tooltip says of one place on the axis of names or years, in the table's own words; a color is a dot before a row. */
export interface Told {
  head: string;
  rows: { name: string; text: string; color: string }[];
}

/** What uPlot is handed, but for the size. */
export interface Drawing {
  look: Look;
  options: Omit<uPlot.Options, "width" | "height">;
  data: uPlot.AlignedData;
  soft: number[]; // which series are grey lines among many: told of only while `hovered`
  tell: (at: number, hovered?: string) => Told;
}

export const FAINT = 0.4; // opacity of a grey line among many
const NAMES = 13;
const DASHES: (number[] | undefined)[] = [undefined, undefined, [7, 4], [7, 4], [2, 3], [2, 3]];

type Values = (number | null)[];
type Parts = Pick<uPlot.Options, "scales" | "axes" | "padding">;
type Drawn = Pick<Drawing, "tell"> & { parts: Parts; series: (uPlot.Series & { data: Values })[]; soft?: number[]; bands?: uPlot.Band[]; hooks?: uPlot.Hooks.Arrays };

export function picture(kind: Kind, figures: Figures, unit: string, look: Look): Drawing {
  const { parts, series, soft = [], bands = [], hooks = {}, tell } = DRAW[kind](figures, unit, look);
  const sideways = kind === "intervals" || (kind === "bars" && !isYears(figures.x));
  // The line across stands on a year, not between two.
  const move = (u: uPlot, left: number, top: number): uPlot.Cursor.LeftTop => [sideways || left < 0 ? left : u.valToPos(u.posToIdx(left), "x"), top];
  return {
    look, tell, soft,
    data: [figures.x.map((_, i) => i), ...series.map((each) => each.data)],
    options: {
      ...parts, bands, series: [{}, ...series.map(({ data: _, ...each }) => each)],
      legend: { show: false }, select: { show: false, left: 0, top: 0, width: 0, height: 0 },
      cursor: { x: !sideways, y: false, move, points: { show: false }, drag: { x: false, y: false } },
      hooks,
    },
  };
}

const DRAW = { lines, fan, intervals, bars } satisfies Record<Kind, (figures: Figures, unit: string, look: Look) => Drawn>;

function lines(figures: Figures, unit: string, look: Look): Drawn {
  const all = figures.columns.filter((c) => c.as === "line");
  const grey = all.filter((c) => c.soft);
  const bold = all.filter((c) => !c.soft);
  const widest = Math.max(0, ...bold.map((c) => look.measure(c.name, SMALL)));
  const direct = bold.length <= 6 && widest <= look.width * 0.3;
  const color = (column: Column): string => look.series[bold.indexOf(column) % look.series.length]!;
  const dash = (column: Column): number[] | undefined => (direct ? undefined : DASHES[bold.indexOf(column) % DASHES.length]);
  const series = [
    ...grey.map((c) => ({ ...line(c.name, c.values, look.soft, false), width: 1, alpha: FAINT })),
    ...bold.map((c) => ({ ...line(c.name, c.values, color(c), figures.x.length <= 16), dash: dash(c) })),
  ];
  const key = direct ? { top: 0, letters: [] } : legend(bold.map((c): Entry => ({ name: c.name, color: color(c), dash: dash(c) })), look);
  const ends = (u: uPlot): Letter[] => (direct ? names(u, bold.map((c) => ({ name: c.name, color: color(c), values: c.values })), look) : []);
  return {
    series, soft: grey.map((_, i) => i + 1),
    parts: upright(figures, series, unit, look, { top: key.top, right: direct ? widest + 12 : 16 }),
    hooks: { draw: [letters(look, (u) => [...key.letters, ...above(u, unit, look), ...ends(u)])] },
    tell: (at, hovered = "") => tell(figures, at, all.filter((c) => !c.soft || c.name === hovered), (c) => (c.soft ? look.soft : color(c))),
  };
}

function fan(figures: Figures, unit: string, look: Look): Drawn {
  const [value, median, low, high] = ["value", "median", "low", "high"].map((as) => one(figures, as)) as [Column, Column, Column, Column];
  // The fan grows out of the last figure observed: there, and only there, nothing is uncertain.
  const last = value.values.findLastIndex((v) => v !== null);
  const root = last >= 0 && median.values[last] === null && median.values[last + 1] != null ? last : -1;
  const rooted = (column: Column): Values => column.values.map((v, i) => (i === root ? value.values[i]! : v));
  const edge = (column: Column): uPlot.Series & { data: Values } => ({ label: column.name, data: rooted(column), width: 0, pxAlign: 0, points: { show: false } });
  const series = [
    edge(low), edge(high),
    { ...line(median.name, rooted(median), look.blue, false), dash: [5, 4] },
    line(value.name, value.values, look.ink, figures.x.length <= 30),
  ];
  const entries: Entry[] = [{ name: value.name, color: look.ink }, { name: median.name, color: look.blue, dash: [5, 4] },
    { name: low.name || high.name ? `${low.name} – ${high.name}` : "", color: look.band, filled: true }];
  const key = legend(entries.filter((e) => e.name), look);
  return {
    series, bands: [{ series: [2, 1], fill: look.band }],
    parts: upright(figures, series, unit, look, { top: key.top, right: 16 }),
    hooks: { drawAxes: [(u) => lone(u, series[0]!.data, series[1]!.data, look)], draw: [letters(look, (u) => [...key.letters, ...above(u, unit, look)])] },
    tell: (at) => tell(figures, at, [value, median, low, high].filter((c) => c.values[at] != null)),
  };
}

function intervals(figures: Figures, unit: string, look: Look): Drawn {
  const [value, low, high] = ["value", "low", "high"].map((as) => one(figures, as)) as [Column, Column, Column];
  const span: uPlot.Series.PathBuilder = (u) => {
    const [fill, px] = [new Path2D(), uPlot.pxRatio];
    for (const i of low.values.keys()) {
      const [from, to] = [low.values[i], high.values[i]];
      if (from == null || to == null) continue;
      const [x, end, y] = [u.valToPos(from, "y", true), u.valToPos(to, "y", true), u.valToPos(i, "x", true)];
      fill.roundRect(x - px, y - 4 * px, end - x + 2 * px, 8 * px, 4 * px);
    }
    return { fill, stroke: null, clip: null, band: null, gaps: [], flags: 0 };
  };
  // uPlot's own dots are right only when values go upwards.
  const dots = (u: uPlot): uPlot.Series.Points.Paths => {
    const path = new Path2D();
    for (const [i, v] of value.values.entries()) {
      if (v === null) continue;
      const [x, y, radius] = [u.valToPos(v, "y", true), u.valToPos(i, "x", true), 3.75 * uPlot.pxRatio];
      path.moveTo(x + radius, y);
      path.arc(x, y, radius, 0, 2 * Math.PI);
    }
    return { fill: path, stroke: path, clip: null, flags: 0 };
  };
  const series = [
    { label: low.name, data: low.values, paths: () => null, points: { show: false } },
    { label: high.name, data: high.values, paths: span, fill: look.range, width: 0, points: { show: false } },
    { label: value.name, data: value.values, paths: () => null, pxAlign: 0, points: { show: true, paths: dots, width: 1.5, fill: look.blue, stroke: look.paper } },
  ];
  return {
    series, parts: sidewise(figures, series, unit, look, { zero: false, left: 0, right: 0 }),
    hooks: { draw: [letters(look, (u) => above(u, unit, look, 22))] },
    tell: (at) => tell(figures, at, [value, low, high]),
  };
}

function bars(figures: Figures, unit: string, look: Look): Drawn {
  const value = one(figures, "value");
  const upwards = isYears(figures.x);
  const room = Math.max(0, ...value.texts.map((t) => look.measure(t, SMALL))) + 8;
  const told = !upwards || figures.x.length * (room + 4) < look.width;
  const color = (v: number | null): string => (v !== null && v < 0 ? look.series[1]! : look.blue);
  const series = [{
    label: value.name, data: value.values, width: 0, fill: look.blue, fillTo: 0, points: { show: false },
    paths: uPlot.paths.bars!({ size: [0.65, upwards ? 28 : 14], disp: { fill: { unit: 3, values: () => value.values.map(color) } } }),
  }];
  const beside = (u: uPlot): Letter[] => value.values.flatMap((v, i): Letter[] => {
    if (v === null || !told) return [];
    const [along, across, down] = [u.valToPos(v, "y"), u.valToPos(i, "x"), v < 0];
    const where = { left: u.bbox.left / uPlot.pxRatio, top: u.bbox.top / uPlot.pxRatio };
    return [upwards
      ? { text: value.texts[i]!, x: where.left + across, y: where.top + along + (down ? 11 : -10), align: "center", color: look.soft }
      : { text: value.texts[i]!, x: where.left + along + (down ? -5 : 5), y: where.top + across, align: down ? "right" : "left", color: look.soft }];
  });
  const margin = { zero: true, left: value.values.some((v) => v !== null && v < 0) ? room : 0, right: room };
  return {
    series,
    parts: upwards ? upright(figures, series, unit, look, { top: told ? 4 : 0, right: 16 }, true) : sidewise(figures, series, unit, look, margin),
    hooks: { drawAxes: [(u) => zero(u, look, upwards)], draw: [letters(look, (u) => [...above(u, unit, look, upwards ? 0 : 22), ...beside(u)])] },
    tell: (at) => tell(figures, at, [value]),
  };
}

/** A line that breaks where a value is missing. A value between two gaps would be no line at all, so it is a point. */
function line(label: string, data: Values, color: string, dots: boolean): uPlot.Series & { data: Values } {
  const there = (i: number): boolean => data[i] != null;
  const marked = [...data.keys()].filter((i) => there(i) && (dots || (!there(i - 1) && !there(i + 1))));
  return { label, data, stroke: color, width: 2, pxAlign: 0, points: { show: true, filter: () => marked, size: 5, width: 1, fill: color, stroke: color } };
}

/** One year alone between gaps has no area: a stroke from its lower to its upper edge. */
function lone(u: uPlot, low: Values, high: Values, look: Look): void {
  const whole = (i: number): boolean => low[i] != null && high[i] != null;
  u.ctx.fillStyle = look.band;
  for (const i of low.keys()) {
    if (!whole(i) || whole(i - 1) || whole(i + 1)) continue;
    const [x, top, bottom] = [u.valToPos(i, "x", true), u.valToPos(high[i]!, "y", true), u.valToPos(low[i]!, "y", true)];
    u.ctx.fillRect(x - 3 * uPlot.pxRatio, top, 6 * uPlot.pxRatio, bottom - top);
  }
}

/** Bars stand on this line. */
function zero(u: uPlot, look: Look, upwards: boolean): void {
  const [at, px, { left, top, width, height }] = [Math.round(u.valToPos(0, "y", true)), uPlot.pxRatio, u.bbox];
  u.ctx.fillStyle = look.soft;
  if (upwards) u.ctx.fillRect(left, at, width, px);
  else u.ctx.fillRect(at, top, px, height);
}

function one(figures: Figures, as: string): Column {
  return figures.columns.find((c) => c.as === as) ?? { as, name: "", soft: false, values: figures.x.map(() => null), texts: figures.x.map(() => "") };
}

/** In the table's own words: what is missing there is a dash here. */
function tell(figures: Figures, at: number, columns: Column[], color: (column: Column) => string = () => ""): Told {
  return { head: figures.x[at] ?? "", rows: columns.filter((c) => c.name).map((c) => ({ name: c.name, text: c.texts[at] || "–", color: color(c) })) };
}

/** The unit stands over the scale, where reading begins. */
function above(u: uPlot, unit: string, look: Look, more = 0): Letter[] {
  return unit ? [{ text: unit, x: u.bbox.left / uPlot.pxRatio, y: u.bbox.top / uPlot.pxRatio - 17 - more, align: "left", color: look.soft }] : [];
}

const minus = (value: number): string => value.toLocaleString("en", { maximumFractionDigits: 6 }).replace("-", "−");

/** The values' scale: from one round number to another, in at most `most` steps of 1, 2 or 5 times a power of ten. */
function rounded(series: { data: Values }[], most: number, withZero: boolean): number[] {
  const all = series.flatMap((each) => each.data).filter((v): v is number => v !== null);
  let [low, high] = [Math.min(...all, ...(withZero ? [0] : [])), Math.max(...all, ...(withZero ? [0] : []))];
  if (low === high) [low, high] = [low - (Math.abs(low) || 1) / 10, high + (Math.abs(high) || 1) / 10];
  const power = 10 ** Math.floor(Math.log10((high - low) / most));
  const parts = (step: number): number[] => [Math.floor(low / step + 1e-9), Math.ceil(high / step - 1e-9)];
  const step = [1, 2, 5, 10, 20, 50].map((n) => n * power).find((s) => parts(s)[1]! - parts(s)[0]! <= most) ?? 100 * power;
  const [first, last] = parts(step) as [number, number];
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** `first`: whether the least value has a grid line too, there being no border in its place. */
function valueAxis(splits: number[], look: Look, first: boolean): uPlot.Axis {
  return {
    scale: "y", stroke: look.soft, font: `${SMALL}px ${look.font}`, gap: 8, splits: () => splits, values: () => splits.map(minus),
    grid: { stroke: look.line, width: 1, filter: (_, shown) => shown.map((v, i) => (i || first ? v : null)) }, ticks: { show: false },
  };
}

/** Categories from left to right, values upwards. */
function upright(figures: Figures, series: { data: Values }[], unit: string, look: Look, room: { top: number; right: number }, bars = false): Parts {
  const count = figures.x.length;
  const splits = rounded(series, 5, bars);
  const widest = Math.max(1, ...figures.x.map((text) => look.measure(text, SMALL)));
  const step = Math.max(1, Math.ceil(((count - 1) * (widest + 18)) / Math.max(1, look.width - room.right - 40)));
  const shown = [...figures.x.keys()].filter((i) => (count - 1 - i) % step === 0); // counted from the last, which is the one that is read
  const half = bars || count === 1 ? 0.5 : 0;
  return {
    scales: { x: { time: false, range: () => [-half, count - 1 + half] }, y: { range: () => [splits[0]!, splits.at(-1)!] } },
    axes: [
      { side: 2, stroke: look.soft, font: `${SMALL}px ${look.font}`, gap: 9, size: 26, splits: () => shown, values: () => shown.map((i) => figures.x[i]!),
        grid: { show: false }, ticks: { show: false }, border: { show: !bars, stroke: look.soft, width: 1 } },
      { ...valueAxis(splits, look, bars), side: 3, size: Math.ceil(Math.max(...splits.map((v) => look.measure(minus(v), SMALL)))) + 8 },
    ],
    padding: [room.top + (unit ? 30 : 12), room.right, 0, 2],
  };
}

/** Names on the left, one row each, the first on top; the scale above, where reading begins. */
function sidewise(figures: Figures, series: { data: Values }[], unit: string, look: Look, margin: { zero: boolean; left: number; right: number }): Parts {
  const { zero: withZero, left, right } = margin;
  const widest = Math.min(look.width * 0.38, Math.max(0, ...figures.x.map((text) => look.measure(text, NAMES))) + 4);
  const longest = Math.max(...series.flatMap((each) => each.data).map((v) => look.measure(minus(Math.round(v ?? 0)), SMALL)));
  const splits = rounded(series, Math.min(6, Math.max(2, Math.floor((look.width - widest - left - right) / Math.max(36, longest + 20)))), withZero);
  const cut = (text: string): string => {
    let [kept, shown] = [[...text], text];
    while (kept.length && look.measure(shown, NAMES) > widest) [kept, shown] = [kept.slice(0, -1), `${kept.slice(0, -1).join("").trimEnd()}…`];
    return shown;
  };
  const rows = figures.x.map(cut);
  return {
    scales: { x: { time: false, ori: 1, dir: -1, range: () => [-0.5, rows.length - 0.5] }, y: { ori: 0, dir: 1, range: () => [splits[0]!, splits.at(-1)!] } },
    axes: [
      { side: 3, stroke: look.ink, font: `${NAMES}px ${look.font}`, gap: 10 + left, size: Math.ceil(widest) + 10 + left, splits: () => [...rows.keys()], values: () => rows,
        grid: { show: false }, ticks: { show: false } },
      { ...valueAxis(splits, look, true), side: 0, size: 24 },
    ],
    padding: [unit ? 22 : 2, Math.max(14, right), 4, 0],
  };
}
