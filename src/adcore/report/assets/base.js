"use strict";
// What all pages share: the data, texts and elements, and the manner of plots.
const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();

function unpack(text, Kind) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  return new Kind(bytes.buffer);
}

function format(value) {
  if (value === null) return "missing";
  return value.toLocaleString("en", { maximumSignificantDigits: 4 });
}

// Plotly reads a few tags in its texts; names from the data are no tags.
const plain = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

const shorten = (text) => (text.length > 28 ? text.slice(0, 27) + "…" : text);

function fillHead(title, facts) {
  byId("source").textContent = title;
  byId("version").textContent = data.version;
  for (const [value, what] of facts) {
    const fact = element("div");
    fact.append(element("dt", "", what), element("dd", "", value));
    byId("facts").append(fact);
  }
}

function fillNotes(texts) {
  byId("notes").append(...texts.map((text) => element("li", "", text)));
}

// -- plots

function axis(extra) {
  return {
    gridcolor: colour("grid"), zerolinecolor: colour("grid"), linecolor: colour("edge"),
    tickfont: { color: colour("soft"), size: 11 }, ...extra,
  };
}

function layout(extra) {
  return {
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: colour("text") },
    hoverlabel: { bgcolor: colour("card"), bordercolor: colour("edge"), font: { color: colour("text"), size: 12 } },
    modebar: { bgcolor: "rgba(0,0,0,0)", color: colour("soft"), activecolor: colour("line") },
    showlegend: false, ...extra,
  };
}

// Named one by one: the library's own set has a button that sends the data away.
const config = {
  displaylogo: false, responsive: true,
  modeBarButtons: [["toImage", "zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d"]],
};
