/** What a table on the page says, as numbers: the picture and the table can never tell two stories. */

/** `as` says what a column is; `values` are null where the table has no number, `texts` as they are printed. */
export interface Column {
  as: string;
  name: string;
  soft: boolean;
  values: (number | null)[];
  texts: string[];
}

export interface Figures {
  x: string[];
  columns: Column[];
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** The number a text prints, or null where it prints none: an empty cell and a dash are gaps, never 0. */
export function number(text: string): number | null {
  const plain = text.replace(/[\s,%\uFF0C\uFF05]/gu, "").replace(/^[\u2212\uFF0D]/u, "-").replace(/^\uFF0B/u, "+");
  return NUMBER.test(plain) ? Number(plain) : null;
}

/** Reads the columns whose header cells carry `data-as`; a `data-v` on a cell is its exact number. */
export function read(table: HTMLTableElement): Figures {
  const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
  const cell = (row: HTMLTableRowElement, i: number): HTMLTableCellElement | undefined => row.cells[i];
  const text = (element: Element | undefined): string => element?.textContent?.trim().replace(/\s+/gu, " ") ?? "";
  const columns = heads.flatMap((head, i): Column[] => head.dataset.as ? [{
    as: head.dataset.as,
    name: text(head),
    soft: "soft" in head.dataset,
    values: rows.map((row) => number(cell(row, i)?.dataset.v ?? text(cell(row, i)))),
    texts: rows.map((row) => text(cell(row, i))),
  }] : []);
  return filled({ x: columns.find((c) => c.as === "x")?.texts ?? [], columns: columns.filter((c) => c.as !== "x") });
}

export const isYears = (x: string[]): boolean => x.length > 0 && x.every((text) => /^(1[89]|20)\d\d$/.test(text));

/** Years that the table leaves out are gaps on the axis: 2020 and 2022 are not neighbours. */
function filled(figures: Figures): Figures {
  if (!isYears(figures.x)) return figures;
  const years = figures.x.map(Number);
  const [first, last] = [Math.min(...years), Math.max(...years)];
  const at = Array.from({ length: last - first + 1 }, (_, i) => years.indexOf(first + i));
  return {
    x: at.map((_, i) => String(first + i)),
    columns: figures.columns.map((c) => ({ ...c, values: at.map((i) => c.values[i] ?? null), texts: at.map((i) => c.texts[i] ?? "") })),
  };
}
