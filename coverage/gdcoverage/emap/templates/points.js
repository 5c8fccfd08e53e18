"use strict";
// Points: thousands of outlets on one canvas, grouped where they would lie over one another.

EMap.Points = L.Layer.extend({
  // style: fillColor and color of the mark; pane of its own above all that is drawn.
  initialize: function (store, style, z) {
    this.store = store;
    this.style = style;
    this.z = z;
    this.shown = [];
    this.chosen = -1;
    this.marks = [];
  },

  onAdd: function (map) {
    if (!this.canvas) {
      const pane = map.createPane("emap-points-" + this.z);
      pane.style.zIndex = this.z;
      pane.style.pointerEvents = "none";
      this.canvas = L.DomUtil.create("canvas", "leaflet-zoom-hide", pane);
      this.canvas.setAttribute("aria-hidden", "true");
      // World coordinates at zoom 0, once.
      this.x = new Float64Array(this.store.size);
      this.y = new Float64Array(this.store.size);
      for (let i = 0; i < this.store.size; i++) {
        const at = map.options.crs.latLngToPoint(L.latLng(this.store.latOf(i), this.store.lonOf(i)), 0);
        this.x[i] = at.x;
        this.y[i] = at.y;
      }
    }
    this.canvas.style.display = "";
    map.on("viewreset moveend resize", this.draw, this);
    this.draw();
  },

  onRemove: function (map) {
    map.off("viewreset moveend resize", this.draw, this);
    this.canvas.style.display = "none";
    this.marks = [];
  },

  redraw: function () {
    if (this._map) this.draw();
  },

  choose: function (i) {
    this.chosen = i;
    this.redraw();
  },

  draw: function () {
    const map = this._map, size = map.getSize(), pad = size.multiplyBy(0.25)._round();
    const corner = map.containerPointToLayerPoint(pad.multiplyBy(-1))._round();
    const width = size.x + 2 * pad.x, height = size.y + 2 * pad.y, dense = window.devicePixelRatio || 1;
    L.DomUtil.setPosition(this.canvas, corner);
    this.canvas.width = width * dense;
    this.canvas.height = height * dense;
    this.canvas.style.width = width + "px";
    this.canvas.style.height = height + "px";
    const scale = map.options.crs.scale(map.getZoom()) / 256, origin = map.getPixelOrigin().add(corner);
    this.pad = pad;
    this.marks = EMap.grouped(this, scale, origin, width, height);
    const context = this.canvas.getContext("2d");
    context.scale(dense, dense);
    this.marks.forEach((mark) => EMap.drawOutlets(context, mark, this.style));
    const chosen = this.marks.find((mark) => mark.members.includes(this.chosen));
    if (chosen) EMap.drawRing(context, chosen);
  },

  // The mark under a point of the map's container, or null.
  hit: function (point) {
    if (!this._map) return null;
    const x = point.x + this.pad.x, y = point.y + this.pad.y;
    let best = null, nearest = Infinity;
    for (const mark of this.marks) {
      const away = Math.hypot(mark.x - x, mark.y - y);
      // A finger needs 22 px around the middle of what it means.
      if (away <= Math.max(mark.radius + 4, 22) && away < nearest) [best, nearest] = [mark, away];
    }
    return best;
  },
});

// Below so many in view every outlet has its own mark, unless it would hide another.
EMap.FEW = 400;

EMap.grouped = function (points, scale, origin, width, height) {
  const inView = [];
  for (const i of points.shown) {
    const x = points.x[i] * scale - origin.x, y = points.y[i] * scale - origin.y;
    if (x > -20 && y > -20 && x < width + 20 && y < height + 20) inView.push([i, x, y]);
  }
  const few = inView.length <= EMap.FEW, cell = few ? 9 : 54;
  const cells = new Map();
  for (const [i, x, y] of inView) {
    // Cells are fixed to the ground, so that groups do not change as the map moves.
    const key = Math.floor((x + origin.x) / cell) * 1e6 + Math.floor((y + origin.y) / cell);
    const group = cells.get(key);
    if (group) {
      group.members.push(i);
      group.x += x;
      group.y += y;
    } else cells.set(key, { members: [i], x, y });
  }
  const marks = [...cells.values()];
  marks.forEach((mark) => {
    mark.x /= mark.members.length;
    mark.y /= mark.members.length;
    EMap.sized(mark);
  });
  return EMap.apart(marks, few ? 0.6 : 0.9);
};

EMap.sized = (mark) => { mark.radius = mark.members.length === 1 ? 8 : 11 + 3.2 * Math.log10(mark.members.length) ** 1.4; };

// Marks that overlap by more than this share of their radii become one.
EMap.apart = function (marks, share) {
  const kept = [];
  marks.sort((a, b) => b.members.length - a.members.length || a.members[0] - b.members[0]);
  for (const mark of marks) {
    const near = kept.find((other) => Math.hypot(other.x - mark.x, other.y - mark.y) < share * (other.radius + mark.radius));
    if (!near) { kept.push(mark); continue; }
    const all = near.members.length + mark.members.length;
    near.x = (near.x * near.members.length + mark.x * mark.members.length) / all;
    near.y = (near.y * near.members.length + mark.y * mark.members.length) / all;
    near.members = near.members.concat(mark.members);
    EMap.sized(near);
  }
  return kept;
};

EMap.drawOutlets = function (context, mark, style) {
  const { x, y, radius } = mark, many = mark.members.length;
  context.beginPath();
  if (many > 1) context.arc(x, y, radius, 0, 2 * Math.PI);
  else context.rect(x - radius, y - radius, 2 * radius, 2 * radius);
  context.fillStyle = style.fillColor;
  context.fill();
  context.strokeStyle = "#FFFFFF";
  context.lineWidth = 2;
  context.stroke();
  if (many > 1) {
    context.fillStyle = "#FFFFFF";
    context.font = "600 12px sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(String(many), x, y + 0.5);
  } else {
    context.beginPath();
    context.moveTo(x - 4, y);
    context.lineTo(x + 4, y);
    context.moveTo(x, y - 4);
    context.lineTo(x, y + 4);
    context.stroke();
  }
};

EMap.drawRing = function (context, mark) {
  context.beginPath();
  context.arc(mark.x, mark.y, mark.radius + 7, 0, 2 * Math.PI);
  context.strokeStyle = "#D55E00";
  context.lineWidth = 4;
  context.stroke();
};

// Clicks on outlets, before Leaflet looks at what lies under them. onHit returns whether it took the click.
EMap.onOutlets = function (map, layers, onHit) {
  const container = map.getContainer();
  const under = (event) => {
    if (event.target.closest(".leaflet-control, .leaflet-popup")) return null;
    const point = map.mouseEventToContainerPoint(event);
    for (const layer of layers) {
      const mark = layer.hit(point);
      if (mark) return { mark, layer, point };
    }
    return null;
  };
  container.addEventListener("click", (event) => {
    if (map.dragging && map.dragging.moved()) return;
    const found = under(event);
    if (found && onHit(found)) event.stopPropagation();
  }, true);
  container.addEventListener("mousemove", (event) => {
    container.classList.toggle("emap-over", !event.buttons && Boolean(under(event)));
  });
};
