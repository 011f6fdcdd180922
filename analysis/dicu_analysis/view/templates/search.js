// A place by its name of today or of before, with or without diacritics.
const entries = once("entries", () => {
  const made = [];
  const order = ["province_new", "commune_new", "province_old", "commune_old"].filter(l => P.layers[l]);
  const district = new Map((P.places.commune || []).map(row => [row[0], P.districts[row[2]] || ""]));
  for (const layer of order) {
    const units = P.layers[layer], old = layer.endsWith("_old") && order.some(l => l.endsWith("_new"));
    const above = P.layers[layer.replace("commune", "province")] || P.layers.province_old;
    units.names.forEach((name, at) => {
      const parent = units.parent ? above.names[units.parent[at]] : "";
      const around = `${old && units.parent ? district.get(at) || "" : ""} ${parent}`;
      const kinds = Object.values(P.kinds).map(k => k[units.kinds[at]] || "").join(" ");
      made.push({layer, at, old, name: fold(name), rest: fold(`${kinds} ${around}`), size: units.residents[at],
        key: `${fold(name)} ${fold(parent)}`});
    });
  }
  return made;
});
function matches(text, most = 12) {
  const tokens = fold(text).split(/[\s,.-]+/).filter(Boolean);
  if (!tokens.length) return [];
  const whole = tokens.join(" "), made = [];
  for (const e of entries) {
    const all = `${e.name} ${e.rest}`;
    if (!tokens.every(t => all.includes(t))) continue;
    const rank = e.name === whole ? 0 : e.name.startsWith(whole) ? 1 : ` ${e.name}`.includes(` ${whole}`) ? 2
      : tokens.every(t => e.name.includes(t)) ? 3 : ` ${all}`.includes(` ${tokens[0]}`) ? 4 : 5;
    made.push({...e, rank: rank * 2 + (e.old ? 1 : 0)});
  }
  made.sort((a, b) => a.rank - b.rank || b.size - a.size);
  return made.slice(0, most);
}
const find = byId("find"), found = byId("found");
let shown = [], active = -1;
function list() {
  shown = find.value.trim() ? matches(find.value) : [];
  active = shown.length ? 0 : -1;
  found.innerHTML = shown.map((e, k) => `<li role="option" id="found-${k}" aria-selected="${k === active}"><b>${escaped(nameOf(e.layer, e.at))}</b> <small>${escaped(contextOf(e.layer, e.at))}</small></li>`).join("");
  const open = find.value.trim() !== "";
  found.hidden = !shown.length;
  find.setAttribute("aria-expanded", String(shown.length > 0));
  byId("find-said").textContent = !open ? "" : shown.length ? say("found", {n: shown.length}) : say("nothing");
  point();
}
function point() {
  [...found.children].forEach((li, k) => li.setAttribute("aria-selected", String(k === active)));
  if (active >= 0) {
    find.setAttribute("aria-activedescendant", `found-${active}`);
    found.children[active].scrollIntoView({block: "nearest"});
  } else find.removeAttribute("aria-activedescendant");
}
function choose(k) {
  if (!shown[k]) return;
  const {layer, at} = shown[k];
  find.value = "";
  list();
  S.searched = `${layer} ${at}`;
  go(S.page === "map" ? "map" : "place", {place: {layer, at}, ...(S.page === "map" ? {layer} : {})});
  byId("main").focus({preventScroll: true});
}
find.addEventListener("input", list);
find.addEventListener("keydown", event => {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (shown.length) active = (active + (event.key === "ArrowDown" ? 1 : shown.length - 1)) % shown.length;
    point();
    event.preventDefault();
  } else if (event.key === "Enter") { choose(active); event.preventDefault(); }
  else if (event.key === "Escape") { find.value = ""; list(); }
});
found.addEventListener("mousedown", event => {
  const li = event.target.closest("li");
  if (li) { event.preventDefault(); choose([...found.children].indexOf(li)); }
});
find.addEventListener("blur", () => { found.hidden = true; find.setAttribute("aria-expanded", "false"); });
find.addEventListener("focus", () => { if (find.value) list(); });
listeners.push(() => {
  found.setAttribute("aria-label", say("listed"));
  find.placeholder = document.querySelector(`label[for="find"] .in-${S.lang}`).textContent;
});
