// Chinese for what folium's elements say of themselves, and a word where one of them fails.
(function () {
  "use strict";
  if (L.Control.Measure) {
    L.Control.Measure.mergeOptions({ localization: "cn", secondaryLengthUnit: "kilometers", secondaryAreaUnit: "hectares" });
  }
  if (L.drawLocal) {
    var stop = "取消", end = "单击画点，双击结束";
    var local = {
      draw: {
        toolbar: {
          actions: { title: "不画了", text: stop },
          finish: { title: "画完", text: "完成" },
          undo: { title: "去掉最后一点", text: "退一点" },
          buttons: { polyline: "画线", polygon: "画面", rectangle: "画矩形", circle: "画圆", marker: "放标记", circlemarker: "放圆点" }
        },
        handlers: {
          circle: { tooltip: { start: "按住拖动画圆" }, radius: "半径" },
          circlemarker: { tooltip: { start: "单击地图放圆点" } },
          marker: { tooltip: { start: "单击地图放标记" } },
          polygon: { tooltip: { start: "单击开始画面", cont: "单击继续画面", end: "单击第一点闭合" } },
          polyline: { error: "<strong>不行：</strong>线不能自相交", tooltip: { start: "单击开始画线", cont: end, end: end } },
          rectangle: { tooltip: { start: "按住拖动画矩形" } },
          simpleshape: { tooltip: { end: "松开即画完" } }
        }
      },
      edit: {
        toolbar: {
          actions: {
            save: { title: "保存改动", text: "保存" },
            cancel: { title: "放弃改动", text: stop },
            clearAll: { title: "全部删掉", text: "全删" }
          },
          buttons: { edit: "改图形", editDisabled: "没有可改的图形", remove: "删图形", removeDisabled: "没有可删的图形" }
        },
        handlers: {
          edit: { tooltip: { text: "拖动控制点改图形", subtext: "按“取消”放弃" } },
          remove: { tooltip: { text: "单击要删的图形" } }
        }
      }
    };
    var merge = function (into, from) {
      Object.keys(from).forEach(function (key) {
        if (typeof from[key] === "string") into[key] = from[key];
        else merge(into[key] = into[key] || {}, from[key]);
      });
    };
    merge(L.drawLocal, local);
  }
  var told = false;
  var tell = function (what) {
    if (told || !document.body) return;
    told = true;
    var said = document.createElement("p");
    said.className = "emap-added-failed";
    said.setAttribute("role", "alert");
    said.textContent = "添加到地图上的内容有一项未能显示：" + what;
    document.body.appendChild(said);
  };
  document.addEventListener("securitypolicyviolation", function (event) {
    tell(event.violatedDirective + " " + (event.blockedURI || "").slice(0, 80));
  });
  L.TileLayer.addInitHook(function () {
    this.on("tileerror", function (event) { tell("没有图块 " + event.tile.src.slice(0, 80)); });
  });
  window.addEventListener("error", function (event) { if (event.message) tell(event.message); });
})();
