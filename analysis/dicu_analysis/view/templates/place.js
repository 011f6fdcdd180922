// One commune or province on a page that can be printed: before, after, how sure, against its neighbours.
async function drawPlace() {
  const box = byId("my-place"), page = byId("page-place");
  page.classList.toggle("chosen", Boolean(S.place));
  if (S.page !== "place") return;
  if (!S.place) { box.innerHTML = ""; return; }
  const {layer, at} = S.place, units = P.layers[layer];
  const rows = await Promise.all(P.measures.map(async m => [m, (await values(layer, m.key))]));
  const way = await Promise.all(["old_commune", "new_commune", "district"].map(async c => (await values(layer, `minutes_${c}`))(0, at).own));
  const old = layer.endsWith("_old") ? "&of=old" : "", code = units.codes[at];
  const lead = rows.filter(([m]) => m.key.startsWith("access_")).slice(0, P.districts.length ? 2 : 1).map(([m, of]) => sentence(m, of(S.date, at))).join("");
  box.innerHTML = `
    <h1 class="name">${escaped(nameOf(layer, at))}</h1>
    <p class="where">${escaped([contextOf(layer, at), say("residents", {n: number(units.residents[at], 0)})].filter(Boolean).join("; "))}</p>
    ${composition(layer, at)}
    <div class="time"><label for="place-date">${say("date")}: <output>${escaped(P.date_names[S.lang][S.date])}</output></label>
    <input id="place-date" type="range" min="0" max="${P.dates.length - 1}" value="${S.date}" aria-valuetext="${escaped(P.date_names[S.lang][S.date])}"></div>
    <h2>${say("what_changed")}</h2>
    <ul class="findings">${lead}${way.every(v => v !== null) ? `<li>${say("way_text", {a: number(way[0], 0), b: number(way[1], 0), c: number(way[2], 0)})}</li>` : ""}</ul>
    ${valuesTable(rows.map(([m, of]) => [m, of(S.date, at)]))}
    <div class="pair"><div><h2>${say("over_time")}</h2>${await overTime(layer, at)}</div>
    <div><h2>${say("neighbours")}</h2>${await neighbours(layer, at)}</div></div>
    ${P.weight > 100 ? `<p class="note">${say("sample", {n: number(P.weight, 0)})}</p>` : ""}
    <p class="buttons"><button type="button" id="print">${say("print")}</button> <a href="#page=map&place=${code}${old}&borders=${layer}&date=${P.dates[S.date]}">${say("on_map")} →</a></p>`;
  byId("print").addEventListener("click", () => window.print());
  const slider = byId("place-date");
  slider.addEventListener("change", () => { S.date = Number(slider.value); changed(); byId("place-date").focus(); });
  slider.addEventListener("input", () => {
    slider.previousElementSibling.querySelector("output").textContent = P.date_names[S.lang][slider.value];
  });
}
function direction(key, v) {
  const up = v.change > 0;
  return key.startsWith("access_") ? say(up ? "better" : "worse") : say(up ? "more" : "less");
}
function sentence(m, v) {
  if (v.own === null) return "";
  const name = m.name[S.lang], head = `<b>${escaped(name[0].toUpperCase() + name.slice(1))}</b>`;
  if (v.change === null) return `<li>${head}: ${number(v.own, 2)}.</li>`;
  const both = `${number(v.other, 2)} → ${number(v.own, 2)} ${say("index")}`;
  const s = sureness(v);
  if (v.sure === 1 && v.change !== 0 || v.sure === null) return `<li>${head}: ${direction(m.key, v)}, ${both}. ${s.long}</li>`;
  return `<li>${head}: ${s.long || `${s.word}.`}</li>`;
}
function composition(layer, at) {
  const [level, when] = layer.split("_"), rows = P.places[level];
  if (!rows) return "";
  const here = when === "new" ? 1 : 0, there = 1 - here, other = `${level}_${when === "new" ? "old" : "new"}`;
  const parts = [...new Set(rows.filter(r => r[here] === at).map(r => r[there]))];
  const links = parts.map(k => `<a href="#place=${P.layers[other].codes[k]}${other.endsWith("_old") ? "&of=old" : ""}">${escaped(nameOf(other, k))}</a>`);
  return `<p>${say(when === "new" ? "made_of" : "became")}: ${links.join(", ")}.</p>`;
}
function valuesTable(rows) {
  const [own, other] = P.arms[S.lang];
  const head = [say("measure"), ...(other ? [other] : []), own, ...(other ? [say("difference"), say("interval"), say("how_sure")] : [])];
  const body = rows.map(([m, v]) => {
    const d = digitsOf(m.key, false), sign = m.key === "net";
    const cells = [...(other ? [number(v.other, d, sign)] : []), number(v.own, d, sign)];
    if (other) cells.push(v.change === null ? "" : v.sure === 0 ? "\u2014" : number(v.change, d, true),
      v.half === null ? "" : `${number(v.change - v.half, d, true)} … ${number(v.change + v.half, d, true)}`, sureness(v).word);
    return `<tr><th scope="row">${escaped(m.name[S.lang])}, <small>${escaped(unitOf(m.key, false))}</small></th>${cells.map(c => `<td>${escaped(c)}</td>`).join("")}</tr>`;
  });
  return `<div class="scroll" tabindex="0" role="region" aria-label="${say("what_changed")}"><table><caption class="unseen">${say("what_changed")}</caption><thead><tr>${head.map(h => `<th scope="col">${escaped(h)}</th>`).join("")}</tr></thead><tbody>${body.join("")}</tbody></table></div>`;
}
async function overTime(layer, at) {
  // access to the offices as lines, with and without, labelled at their ends; the numbers stand below
  const made = [];
  for (const m of P.measures.filter(m => m.key.startsWith("access_")).slice(0, P.districts.length ? 2 : 1)) {
    const of = await values(layer, m.key), points = P.dates.map((_, d) => of(d, at));
    const all = points.flatMap(v => [v.own, v.other]).filter(v => v !== null);
    if (!all.length) continue;
    const top = Math.max(...all, .1) * 1.1, w = 340, h = 150, left = 34, right = 8, x = k => left + (w - left - right) * (P.times[k] - P.times[0]) / Math.max(P.times[P.times.length - 1] - P.times[0], .01), y = v => h - 22 - (h - 34) * v / top;
    const line = what => points.map((v, k) => v[what] === null ? "" : `${k ? "L" : "M"}${x(k).toFixed(1)} ${y(v[what]).toFixed(1)}`).join("");
    const ticks = [0, top / 2, top].map(v => `<path d="M${left} ${y(v)}H${w - right}" stroke="#e8e8e8"/><text x="${left - 4}" y="${y(v) + 4}" text-anchor="end">${number(v, 1)}</text>`).join("");
    const years = P.dates.map((d, k) => d.endsWith("Q4") || d.endsWith("-12") ? `<text x="${x(k)}" y="${h - 6}" text-anchor="middle">${d.slice(2, 4)}</text>` : "").join("");
    const body = P.dates.map((d, k) => `<tr><th scope="row">${escaped(P.date_names[S.lang][k])}</th><td>${number(points[k].other, 3)}</td><td>${number(points[k].own, 3)}</td></tr>`).join("");
    const [own, other] = P.arms[S.lang];
    made.push(`<figure><figcaption class="title">${escaped(m.name[S.lang])}, ${say("index")}</figcaption>
      <svg class="chart" viewBox="0 0 ${w} ${h}" role="img" aria-label="${escaped(m.name[S.lang])}">${ticks}${years}
      <path d="${line("other")}" fill="none" stroke="${P.colours.without}" stroke-width="2" stroke-dasharray="2 3"/>
      <path d="${line("own")}" fill="none" stroke="${P.colours.with}" stroke-width="2.5"/></svg>
      <p class="key"><span><i class="solid"></i>${escaped(own)}</span>${other ? `<span><i class="dotted"></i>${escaped(other)}</span>` : ""}</p>
      <details><summary>${say("numbers")}</summary><table><thead><tr><th scope="col">${say("date")}</th><th scope="col">${escaped(other)}</th><th scope="col">${escaped(own)}</th></tr></thead><tbody>${body}</tbody></table></details></figure>`);
  }
  return made.join("");
}
async function neighbours(layer, at) {
  const units = P.layers[layer], [x, y] = units.middle[at];
  const near = units.middle.map(([a, b], k) => [((a - x) * P.squeeze) ** 2 + (b - y) ** 2, k]).sort((a, b) => a[0] - b[0]).slice(1, 7).map(r => r[1]);
  const keys = P.measures.filter(m => m.key.startsWith("access_")).slice(0, P.districts.length ? 2 : 1);
  const of = await Promise.all(keys.map(m => values(layer, m.key)));
  const cell = v => v.change === null ? number(v.own, 2) : v.sure === 1 || v.sure === null ? number(v.change, 2, true) : `<small>${say("unsure")}</small>`;
  const row = (name, cells, mark) => `<tr${mark ? ' class="own"' : ""}><th scope="row">${name}</th>${cells.map(c => `<td>${c}</td>`).join("")}</tr>`;
  const old = layer.endsWith("_old") ? "&of=old" : "";
  const link = k => `<a href="#place=${units.codes[k]}${old}&date=${P.dates[S.date]}">${escaped(nameOf(layer, k))}</a>`;
  const body = [row(`<b>${escaped(nameOf(layer, at))}</b>`, of.map(f => cell(f(S.date, at))), true), ...near.map(k => row(link(k), of.map(f => cell(f(S.date, k)))))];
  if (units.parent) {
    const above = P.layers[layer.replace("commune", "province")] ? layer.replace("commune", "province") : "province_old";
    const theirs = await Promise.all(keys.map(m => values(above, m.key)));
    body.push(row(`${say("its_province")}: ${escaped(P.layers[above].names[units.parent[at]])}`, theirs.map(f => cell(f(S.date, units.parent[at]))), true));
  }
  return `<div class="scroll" tabindex="0" role="region" aria-label="${say("neighbours")}"><table><caption class="unseen">${say("neighbours")}</caption><thead><tr><th scope="col">${say("place")}</th>${keys.map(m => `<th scope="col">${escaped(m.name[S.lang])}</th>`).join("")}</tr></thead><tbody>${body.join("")}</tbody></table></div>`;
}
listeners.push(drawPlace);
