// Draws every [data-chart] (a Vega-Lite chart, written by the server) in the colours of the page, light or dark.
const page = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");

function colours() {
  const style = getComputedStyle(page);
  const [ink, line] = ["--ink", "--line"].map((name) => style.getPropertyValue(name).trim());
  const axis = { labelColor: ink, titleColor: ink, gridColor: line, domainColor: line, tickColor: line, labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal" };
  return {
    background: "transparent",
    font: "system-ui, sans-serif",
    axis,
    legend: { labelColor: ink, titleColor: ink, labelFontSize: 12, orient: "top" },
    view: { stroke: null },
    text: { color: ink },
  };
}

async function draw() {
  for (const place of document.querySelectorAll("[data-chart]")) {
    const options = { ast: true, actions: false, renderer: "svg", defaultStyle: false, config: colours(), tooltip: { disableDefaultStyle: true } };
    await window.vegaEmbed(place, JSON.parse(place.dataset.chart), options);
    place.dataset.drawn = "yes";
  }
}

dark.addEventListener("change", draw);
draw();
