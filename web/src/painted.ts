const LONG = 1000; // ms, for browsers that keep their times to themselves

/** Settles once the page's words have been shown. Until then they have the processor to themselves; the islands only help. */
export const painted = new Promise((go) => {
  setTimeout(go, LONG);
  new PerformanceObserver((told) => told.getEntriesByName("first-contentful-paint").forEach(go)).observe({ type: "paint", buffered: true });
});
