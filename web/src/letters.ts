/** What stands written on a picture beside its axes: the unit, the legend, the lines' names, the bars' values. */

import uPlot from "uplot";
import type { Look } from "./options";

/** A text at a place in CSS pixels from the canvas's corner, its middle at `y`; `mark` is the sample drawn before it. */
export interface Letter {
  text: string; x: number; y: number; align: CanvasTextAlign; color: string;
  mark?: Entry;
}

export interface Entry { name: string; color: string; dash?: number[] | undefined; filled?: boolean }

export const SMALL = 13; // CSS pixels of all letters but the names'
const MARK = 20; // CSS pixels
const LINE = 15;

/** A hook for uPlot that writes what `found` finds once all places are known. */
export function letters(look: Look, found: (u: uPlot) => Letter[]): (u: uPlot) => void {
  return (u) => {
    const pen = u.ctx;
    pen.save();
    pen.scale(uPlot.pxRatio, uPlot.pxRatio);
    pen.font = `${SMALL}px ${look.font}`;
    pen.textBaseline = "middle";
    for (const { text, x, y, align, color, mark } of found(u)) {
      if (mark) sample(pen, mark, x - MARK - 5, y);
      pen.fillStyle = color;
      pen.textAlign = align;
      pen.fillText(text, x, y);
    }
    pen.restore();
  };
}

function sample(pen: CanvasRenderingContext2D, { color, dash = [], filled = false }: Entry, x: number, y: number): void {
  pen.fillStyle = pen.strokeStyle = color;
  pen.lineWidth = 2;
  pen.setLineDash(dash);
  pen.beginPath();
  if (filled) pen.roundRect(x, y - 5, MARK, 10, 2), pen.fill();
  else pen.moveTo(x, y), pen.lineTo(x + MARK, y), pen.stroke();
}

/** A legend above the picture, on as many lines as it needs, and the height of them. */
export function legend(entries: Entry[], look: Look): { top: number; letters: Letter[] } {
  let [row, used] = [0, 0];
  const placed = entries.map((mark): Letter => {
    const width = MARK + 5 + look.measure(mark.name, SMALL);
    if (used && used + width > look.width) [row, used] = [row + 1, 0];
    const x = used + MARK + 5;
    used += width + 16;
    return { text: mark.name, x, y: 9 + row * 22, align: "left", color: look.ink, mark };
  });
  return { top: entries.length ? row * 22 + 26 : 0, letters: placed };
}

/** Each line's name at its last value, moved up or down until no two overlap. */
export function names(u: uPlot, lines: { name: string; color: string; values: (number | null)[] }[], look: Look): Letter[] {
  const [left, top, bottom] = [u.bbox.left, u.bbox.top, u.bbox.top + u.bbox.height].map((at) => at / uPlot.pxRatio) as [number, number, number];
  const placed = lines.flatMap(({ name, color, values }): Letter[] => {
    const last = values.findLastIndex((v) => v !== null);
    return last < 0 ? [] : [{ text: name, x: left + u.valToPos(last, "x") + 6, y: top + u.valToPos(values[last]!, "y"), align: "left", color }];
  }).sort((a, b) => a.y - b.y);
  for (const [i, each] of placed.entries()) if (i) each.y = Math.max(each.y, placed[i - 1]!.y + LINE);
  for (let [i, most] = [placed.length - 1, bottom + 2]; i >= 0; i--, most -= LINE) most = placed[i]!.y = Math.min(placed[i]!.y, most);
  // A line that ends early has its name inside the picture: on the paper, so that others do not cross it.
  return placed.map((each) => ({ ...each, x: Math.min(each.x, look.width - look.measure(each.text, SMALL)) }));
}
