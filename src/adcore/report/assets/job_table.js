// The table of anomalies: one row a record, its reasons below it when it is clicked.
function numbers(values) {
  return values.length ? values.map(format).join(", ") : "";
}

// How far from typical, in words.
function deviation({ actual, typical }) {
  if (actual.length !== 1 || typical.length !== 1 || actual[0] === null || typical[0] === null) return "";
  const [a, t] = [actual[0], typical[0]];
  if (a === t) return "as typical";
  const direction = a > t ? "higher" : "lower";
  if (a * t <= 0) return `unusually ${a > t ? "high" : "low"}`;
  const ratio = Math.max(a / t, t / a);
  if (ratio < 1.1) return `slightly ${direction}`;
  return ratio > 100 ? `more than 100x ${direction}` : `${ratio.toLocaleString("en", { maximumSignificantDigits: 2 })}x ${direction}`;
}

function isSelected(record) {
  if (record.score < Number(byId("severity").value)) return false;
  if (inViewer) return record.series === series;
  const { from, to, field, value } = selection;
  if (from !== null && (record.t < from || record.t >= to)) return false;
  if (field === null) return true;
  if (field === "detector") return data.detectors[record.detector] === value;
  return record.keys.some(([name, key]) => name === field && key === value)
    || record.influencers.some(([name, values]) => name === field && values.includes(value));
}

function cell(className, ...content) {
  const made = element("td", className);
  made.append(...content);
  return made;
}

// Of a long time a row a day is enough to see which series went wrong when, of a short one a row an hour.
function usualInterval(milliseconds) {
  if (milliseconds > 3 * 86400000) return 86400000;
  return milliseconds > 6 * 3600000 ? 3600000 : 0;
}

// The strongest record of each series and interval, and how many others there are; the strongest come first in `records`.
function strongest(records, interval) {
  if (!interval) return records.map((record) => ({ record, others: 0 }));
  const groups = new Map();
  records.forEach((record) => {
    const key = JSON.stringify([record.detector, record.keys, Math.floor(record.t / interval)]);
    const group = groups.get(key);
    if (group) group.others += 1; else groups.set(key, { record, others: 0 });
  });
  return Array.from(groups.values());
}

function recordRow({ record, others }) {
  const row = element("tr", "record");
  row.tabIndex = 0;
  const score = element("span", "score", record.score < 1 ? "< 1" : String(Math.round(record.score)));
  score.style.background = severityColour(record.score);
  const influenced = record.influencers.flatMap(([field, values]) => values.map((value) => `${field} ${value}`)).slice(0, 4);
  const more = element("span", "soft", others ? ` +${others.toLocaleString("en")}` : "");
  more.title = "others of this series in the same hour or day";
  row.append(
    cell("", score), cell("time", when(record.t), more),
    cell("detector", data.detectors[record.detector]),
    cell("", entity(record.keys)), cell("soft", influenced.join(", ")),
    cell("number", numbers(record.actual)), cell("number", numbers(record.typical)), cell("soft", deviation(record)),
  );
  const toggle = () => {
    const open = row.classList.toggle("is-open");
    if (open) row.after(detailRow(record)); else row.nextSibling.remove();
  };
  row.addEventListener("click", toggle);
  row.addEventListener("keydown", (event) => { if (event.key === "Enter") toggle(); });
  return row;
}

function impactBar(impact) {
  const size = [2, 4, 7, 12].filter((least) => Math.abs(impact) >= least).length + 1;
  return element("span", impact < 0 ? "impact is-good" : "impact", "█".repeat(size) + "░".repeat(5 - size));
}

function detailRow(record) {
  const row = element("tr", "detail"), place = cell(""), facts = element("dl");
  const fact = (name, content) => {
    const made = element("div"), value = element("dd");
    value.append(content);
    made.append(element("dt", "", name), value);
    facts.append(made);
  };
  fact("probability", record.probability);
  fact("score when the bucket ended", String(record.initial));
  ["single bucket", "several buckets", "order of values", "length and size"].forEach((name, i) => {
    if (record.impacts[i]) fact(name, impactBar(record.impacts[i]));
  });
  if (record.isInterim) fact("state", "interim: the bucket has not ended");
  place.colSpan = 8;
  place.append(facts);
  const remarks = [...record.remarks, ...record.causes.map((cause) => `${entity(cause.keys)}: ${numbers(cause.actual)}, typical ${numbers(cause.typical)}, probability ${cause.probability}`)];
  if (remarks.length) {
    const list = element("ul");
    list.append(...remarks.map((text) => element("li", "", text)));
    place.append(list);
  }
  if (record.series !== null && !inViewer) {
    const button = element("button", "", "show the series");
    button.type = "button";
    button.addEventListener("click", () => { showViewer(true); pick(record.series, record.t); });
    place.append(button);
  }
  row.append(place);
  return row;
}

function fillTable() {
  const found = data.records.filter(isSelected), rows = strongest(found, Number(byId("interval").value));
  byId("rows").replaceChildren(...rows.slice(0, shown).map(recordRow));
  const listed = data.totalRecords > data.records.length ? `, the strongest ${data.records.length.toLocaleString("en")} of ${data.totalRecords.toLocaleString("en")} are listed` : "";
  const together = rows.length < found.length ? ` in ${rows.length.toLocaleString("en")} rows` : "";
  const none = data.totalRecords ? "none of these" : "nothing was unusual";
  byId("table-note").textContent = found.length ? `${found.length.toLocaleString("en")}${together}${listed}; click one for its reasons` : none;
  byId("more").hidden = rows.length <= shown;
}
