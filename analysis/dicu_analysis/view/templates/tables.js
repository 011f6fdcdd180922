// What is seen as a table, and everything as files.
function mapTable(view) {
  const units = P.layers[S.layer], most = 150;
  const parent = S.place && units.parent && S.place.layer === S.layer ? units.parent[S.place.at] : null;
  let chosen = units.codes.map((_, k) => k).filter(k => view.value[k] !== null && (parent === null || units.parent[k] === parent));
  chosen.sort((a, b) => view.value[b] - view.value[a]);
  const all = chosen.length;
  if (all > most) chosen = [...chosen.slice(0, most / 2), ...chosen.slice(-most / 2)];
  const old = S.layer.endsWith("_old") ? "&of=old" : "";
  const rows = chosen.map(k => `<tr><th scope="row"><a href="#page=place&place=${units.codes[k]}${old}&date=${P.dates[S.date]}">${escaped(nameOf(S.layer, k))}</a> <small>${escaped(units.parent ? contextOf(S.layer, k) : "")}</small></th><td>${escaped(told(view, k))}</td></tr>`);
  byId("map-table").innerHTML = `${all > most ? `<p class="note">${say("rows_shown", {a: most, b: number(all, 0)})}</p>` : ""}<div class="scroll" tabindex="0" role="region" aria-labelledby="map-title"><table><caption class="unseen">${escaped(byId("map-title").textContent)}</caption><thead><tr><th scope="col">${say("place")}</th><th scope="col">${escaped(unitOf(view.key, view.change))}</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}
function save(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
function csv(rows) {
  const cell = v => v === null || v === undefined ? "" : /[",\n]/.test(v) ? `"${String(v).replaceAll('"', '""')}"` : v;
  return new Blob(["\ufeff" + rows.map(r => r.map(cell).join(",")).join("\n") + "\n"], {type: "text/csv"});
}
const COLUMNS = ["borders", "code", "name", "province", "date", "measure", "unit", "with_reform", "without_reform", "difference", "interval_low", "interval_high", "sign_is_sure"];
async function rowsOf(layer, measures, dates) {
  const units = P.layers[layer], above = P.layers[layer.replace("commune", "province")] || P.layers.province_old, made = [COLUMNS];
  for (const m of measures) {
    const of = await values(layer, m.key), digits = m.key === "persons" ? 0 : 4, round = v => v === null ? null : Number(v.toFixed(digits));
    const unit = m.key.startsWith("access_") ? "index" : m.key === "net" ? "per 1000 a year" : "persons";
    for (const d of m.dated ? dates : [dates[dates.length - 1]]) for (let k = 0; k < units.codes.length; k++) {
      const v = of(d, k), between = v.half === null ? [null, null] : [round(v.change - v.half), round(v.change + v.half)];
      made.push([layer, units.codes[k], units.names[k], units.parent ? above.names[units.parent[k]] : "", m.dated ? P.dates[d] : "mean after", m.key, unit, round(v.own), round(v.other), round(v.change), ...between, v.sure === null ? null : v.sure ? "yes" : "no"]);
    }
  }
  return made;
}
byId("save-csv").addEventListener("click", async () => save(`dicu_${S.layer}_${S.measure}_${P.dates[S.date]}.csv`, csv(await rowsOf(S.layer, [measureOf(S.measure)], [S.date]))));
byId("save-png").addEventListener("click", async () => {
  // what is seen, with its title, its scale and where it comes from
  const canvas = [...Bokeh.index][0].export("png").canvas;
  const made = document.createElement("canvas"), ratio = canvas.width / byId("plot").getBoundingClientRect().width, line = 18 * ratio;
  const legend = [...byId("legend").children];
  made.width = canvas.width; made.height = canvas.height + line * (legend.length + 4);
  const pen = made.getContext("2d");
  pen.fillStyle = "#fff"; pen.fillRect(0, 0, made.width, made.height);
  pen.fillStyle = "#222"; pen.font = `bold ${14 * ratio}px sans-serif`;
  pen.fillText(byId("map-title").textContent, 8 * ratio, line, made.width - 16 * ratio);
  pen.drawImage(canvas, 0, line * 1.5);
  pen.font = `${12 * ratio}px sans-serif`;
  legend.forEach((li, k) => {
    const y = canvas.height + line * (k + 2.3), swatch = li.querySelector(".swatch");
    if (swatch) { pen.fillStyle = swatch.style.backgroundColor; pen.fillRect(8 * ratio, y - 11 * ratio, 22 * ratio, 12 * ratio); }
    pen.fillStyle = "#222"; pen.fillText(li.textContent, 36 * ratio, y);
  });
  pen.fillText(P.real ? "dicu; Natural Earth" : "dicu", 8 * ratio, made.height - 6 * ratio);
  made.toBlob(blob => save(`dicu_${S.layer}_${S.measure}_${P.dates[S.date]}.png`, blob));
});
listeners.push(() => {
  for (const box of document.querySelectorAll(".saves")) {
    box.innerHTML = LAYERS.map(l => `<button type="button" data-layer="${l}">CSV: ${escaped(P.layer_names[S.lang][l])}</button>`).join(" ");
  }
});
document.addEventListener("click", async event => {
  const button = event.target.closest("button[data-layer]");
  if (button) save(`dicu_${button.dataset.layer}.csv`, csv(await rowsOf(button.dataset.layer, P.measures, P.dates.map((_, k) => k))));
});
