"use strict";
// Card: all that one may know of an outlet, and the way there.

EMap.outletCard = function (store, i, now, onBack) {
  const { make, t } = EMap;
  const county = store.countyOf(i), schedule = store.scheduleOf(i);
  const state = EMap.openState(schedule, store.calendar, now);
  const [word, more] = EMap.openWords(state, now);
  const unknown = t("未知");
  const heading = make("h2", { tabindex: "-1", lang: "zh-CN" }, store.name[i]);
  const facts = make("dl", {});
  const fact = (label, ...value) => facts.append(make("dt", {}, t(label)), make("dd", {}, ...value));
  const list = (names, bits) => store.termsOf(names, bits).map((name) => t(name)).join("、") || unknown;
  fact("所属银行", store.bankOf(i) || unknown);
  fact("地址", make("span", { lang: "zh-CN" }, store.address[i] || unknown), store.address[i] ? EMap.copyButton(store.address[i]) : null);
  if (county.name) fact("县区 ", EMap.countyName(county));
  fact("营业时间", ...EMap.hoursLines(store, i, now));
  fact("电话", store.phone[i] ? EMap.phoneLink(store.phone[i]) : unknown);
  fact("业务事项", list(store.itemNames, store.items[i]));
  fact("服务方式", list(store.modeNames, store.modes[i]));
  if (!store.active[i]) fact("状态", store.statusOf(i));
  if (store.exits && store.exits[i] !== null) fact("若退出", `${EMap.number(Math.round(store.exits[i]))} 人失去达标`);
  fact("门口标识", "社保服务合作网点");
  return make("article", {},
    make("button", { type: "button", class: "emap-back", click: onBack }, "‹ " + t("返回列表")),
    heading,
    make("p", { class: `emap-state emap-${state.state}` }, make("strong", {}, word), more ? " · " + more : ""),
    facts,
    EMap.navigation(store, i),
    make("p", { class: "emap-note" }, t("法定节假日安排已知至 {0}", store.calendar.until)),
  );
};

// Today's hours first, then the hours as the outlet writes them.
EMap.hoursLines = function (store, i, now) {
  const { make, t } = EMap, schedule = store.scheduleOf(i), text = store.hoursOf(i);
  if (!text) return [t("未知")];
  const asWritten = make("span", { lang: "zh-CN" }, text);
  if (!schedule) return [asWritten];
  const today = EMap.hoursToday(schedule, now) || t("不营业");
  const kind = EMap.kindOfDay(store.calendar, now.day);
  if (kind) return [asWritten];
  return [make("strong", {}, `${t("今天")} ${today}`), make("br"), asWritten];
};

EMap.phoneLink = function (phone) {
  const number = EMap.plain(phone).replace(/[^\d+-]/g, "");
  return number.length < 5 ? phone
    : EMap.make("a", { href: "tel:" + number, "aria-label": EMap.t("拨打 {0}", phone) }, phone);
};

EMap.copyButton = function (text) {
  const button = EMap.make("button", { type: "button", class: "emap-copy" }, EMap.t("复制地址"));
  button.addEventListener("click", async () => {
    button.textContent = EMap.t((await EMap.copied(text)) ? "已复制" : "复制不了，请长按选取");
  });
  return button;
};

// The clipboard wants a secure page; an old way works in the others.
EMap.copied = async function (text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = EMap.make("textarea", { class: "emap-sr", readonly: true });
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
};

EMap.navigation = function (store, i) {
  const { make, t } = EMap, county = store.countyOf(i);
  const links = EMap.links({ name: store.name[i], lon: store.lonOf(i), lat: store.latOf(i), city: county.city });
  const section = make("section", { class: "emap-way" }, make("h3", {}, t("步行导航")));
  const buttons = make("div", { class: "emap-links" });
  links.forEach(({ key, label, url }) => buttons.append(
    make("a", { href: url, "data-way": key, target: "_blank", rel: "noopener noreferrer" }, t(label)),
  ));
  const code = make("figure", {}, EMap.qrImage(links[0].url), make("figcaption", {}, t("用手机扫码导航")));
  section.append(buttons, code);
  return section;
};

// A QR code as one path; four modules of quiet zone around it.
EMap.qrImage = function (text) {
  const rows = EMap.qr(text), space = "http://www.w3.org/2000/svg", side = rows.length + 8;
  const svg = document.createElementNS(space, "svg"), path = document.createElementNS(space, "path");
  svg.setAttribute("viewBox", `0 0 ${side} ${side}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", EMap.t("用手机扫码导航"));
  svg.setAttribute("shape-rendering", "crispEdges");
  path.setAttribute("d", rows.map((row, y) => [...row].map((dark, x) => (dark ? `M${x + 4} ${y + 4}h1v1h-1z` : "")).join("")).join(""));
  svg.append(path);
  return svg;
};
