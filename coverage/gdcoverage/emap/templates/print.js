"use strict";
// Print: the map on one landscape page of A3 or A4, painted at the page's size before it is printed.

EMap.papers = { A4: [297, 210], A3: [420, 297] };
EMap.MARGIN_MM = 10;

EMap.printing = function (root, map, head) {
  const dialog = root.querySelector(".emap-printing");
  const printing = {};
  let sheet = null, bounds = null;

  // A canvas is a picture of the screen: it is painted anew at the size of the paper.
  printing.prepare = async function (paper) {
    const [width, height] = EMap.papers[paper].map((side) => side - 2 * EMap.MARGIN_MM);
    bounds = map.getBounds();
    // All of it where all of it was seen; else the part that was.
    const aim = bounds.contains(head.bounds) ? head.bounds : bounds;
    sheet = EMap.make("style", {}, `@page { size: ${EMap.papers[paper].join("mm ")}mm; margin: ${EMap.MARGIN_MM}mm; }
      .emap.emap-paper { width: ${width}mm; height: ${height}mm; }`);
    document.head.append(sheet);
    root.classList.add("emap-paper");
    EMap.legend(root, map, head);
    map.invalidateSize({ animate: false });
    map.fitBounds(aim, { animate: false });
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  };

  printing.restore = function () {
    if (!sheet) return;
    sheet.remove();
    sheet = null;
    root.classList.remove("emap-paper");
    const legend = root.querySelector(".emap-legend");
    if (legend) legend.remove();
    map.invalidateSize({ animate: false });
    map.fitBounds(bounds, { animate: false });
  };

  root.querySelector(".emap-papers").append(...Object.keys(EMap.papers).map((paper) => EMap.make("button", {
    type: "button", "data-paper": paper,
    click: async () => {
      dialog.close();
      await printing.prepare(paper);
      window.print();
      printing.restore();
    },
  }, paper)));
  root.querySelector(".emap-print").addEventListener("click", () => dialog.showModal());
  root.querySelector(".emap-cancel").addEventListener("click", () => dialog.close());
  return printing;
};

// What is on the map and on what terms, beside it on paper.
EMap.legend = function (root, map, head) {
  const { make } = EMap;
  const shown = [...root.querySelectorAll("[data-layer]")].filter((box) => box.checked).map((box) => box.closest("li"));
  const count = root.querySelector(".emap-count").textContent;
  const legend = make("aside", { class: "emap-legend" },
    make("p", { class: "emap-phrase" }, head.phrase),
    head.headline ? make("p", { class: "emap-headline" }, head.headline) : make("p", {}, count),
    make("ul", {}, ...shown.map((item) => make("li", {}, item.querySelector("svg").cloneNode(true), item.querySelector(".emap-label").textContent))),
    head.standard ? make("p", { class: "emap-standard" }, head.standard) : null,
    make("p", {}, head.madeOn ? EMap.t("数据日期：{0}", head.madeOn) : ""),
  );
  root.append(legend);
};
