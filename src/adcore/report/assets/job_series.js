// One series: actual values, what the model expects, anomalies and forecast.
function seriesTraces(drawn, index) {
  const x = Array.from(unpack(drawn.t, Float64Array));
  const line = { x, mode: "lines", line: { width: 0 }, hoverinfo: "skip" };
  const forecastX = Array.from(unpack(drawn.forecast.t, Float64Array));
  const future = { ...line, x: forecastX };
  // The strongest last: they are drawn above the others.
  const marks = data.records.filter((record) => record.series === index && record.actual.length).reverse();
  const multi = (record) => (record.impact >= 3 ? "cross" : "circle");
  return [
    { ...line, y: unpack(drawn.lower, Float32Array) },
    { ...line, y: unpack(drawn.upper, Float32Array), fill: "tonexty", fillcolor: colour("band") },
    { x, y: unpack(drawn.median, Float32Array), mode: "lines", line: { color: colour("expected"), width: 1, dash: "dot" }, hoverinfo: "skip" },
    { x, y: unpack(drawn.actual, Float32Array), mode: "lines", line: { color: colour("line"), width: 1.3 }, hovertemplate: "%{x}<br>%{y:.4~g}<extra></extra>" },
    { ...future, y: unpack(drawn.forecast.lower, Float32Array) },
    { ...future, y: unpack(drawn.forecast.upper, Float32Array), fill: "tonexty", fillcolor: colour("forecast-band") },
    { x: forecastX, y: unpack(drawn.forecast.value, Float32Array), mode: "lines", line: { color: colour("major"), width: 1.5 }, hovertemplate: "%{x}<br>forecast %{y:.4~g}<extra></extra>" },
    {
      x: marks.map(({ t }) => t), y: marks.map(({ actual }) => actual[0]), mode: "markers",
      marker: { size: 10, symbol: marks.map(multi), color: marks.map(({ score }) => severityColour(score)), line: { width: 1, color: colour("text") } },
      customdata: marks.map((record) => [record.score, numbers(record.typical), deviation(record)]),
      hovertemplate: "%{x}<br><b>%{y:.4~g}</b>, typical %{customdata[1]}<br>score %{customdata[0]:.0f} %{customdata[2]}<extra></extra>",
    },
  ];
}

function drawSeries(range) {
  if (!data.series.length) return;
  Plotly.react("chart", seriesTraces(data.series[series], series), layout({
    height: 430, margin: { l: 10, r: 12, t: 16, b: 34 }, hovermode: "closest", dragmode: "zoom",
    xaxis: axis({ type: "date", ...(range ? { range } : { autorange: true }), showspikes: true, spikemode: "across", spikethickness: 1, spikedash: "dot", spikecolor: colour("soft") }),
    yaxis: axis({ automargin: true, zeroline: false }),
  }), config);
}

function pick(index, time) {
  series = index;
  byId("picker").value = String(index);
  byId("series-name").textContent = seriesName(data.series[index]);
  drawSeries(time === undefined ? undefined : [time - 120 * data.span, time + 80 * data.span]);
  fillTable();
}
