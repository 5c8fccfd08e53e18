// Words: Chinese as it stands in the scripts, or English by the reader's switch.
import { part, parts } from "./dom.js";

const ENGLISH = Object.freeze({
  "大字": "Large text", "打印": "Print", "查询与图层": "Search and layers", "图层": "Layers",
  "查网点": "Find an outlet", "图层与图例": "Layers and legend", "空白区": "Gaps", "县区": "Counties",
  "业务、银行、地点、时间": "Service, bank, place, hours",
  "离我最近": "Near me", "按营业、业务事项、服务方式筛选": "Filter by hours, items and modes", "显示全部": "Show all", "再列一些": "Show more", "地图": "Map",
  "打印地图": "Print the map", "打印不了，请改用浏览器的打印功能。": "Cannot print; please use the browser's own printing.", "纸张（横向）": "Paper (landscape)", "取消": "Cancel",
  "全部县区": "All counties", "全部银行": "All banks", "不限": "Any",
  "业务事项": "Business items", "服务方式": "Service modes", "营业": "Hours",
  "现在营业": "Open now", "中午 12:00–14:00": "Through noon (12:00–14:00)", "17:30 以后": "After 17:30",
  "指定时间": "At a day and time", "指定星期几": "Day of the week", "指定几点": "Time of day", "{0}（{1}）": "{0} ({1})", "基本养老保险": "Pension", "工伤保险": "Work injury", "失业保险": "Unemployment",
  "社会保障卡": "Social card", "窗口办": "Counter", "网办": "Online area", "自助办": "Self-service",
  "导办": "Guided", "专窗": "Own counter", "上门": "Home visits",
  "共 {0} 个网点": "{0} outlets", "地图范围内 {0} 个，共 {1} 个": "{0} of {1} in the map's view",
  "没有符合条件的网点": "No outlet matches", "（另有 {0} 个时间不详）": " (of {0} more, nobody can tell)",
  "试试：": "Try:", "没有找到“{0}”": "{0} is not known here", "请选一个地点": "Choose a place", "按 {0} 查找": "Searching for {0}", "没有完全相同的，列出相近的": "Nothing exactly so; these are similar",
  "按离“{0}”的远近排列（直线距离）": "sorted by straight-line distance from {0}",
  "街路": "Street", "村居": "Village", "镇街": "Town", "车站": "Station", "学校": "School", "医院": "Hospital", "政府机关": "Government",
  "市场": "Market", "商场": "Mall", "公园": "Park",
  "周末": "weekend", "工作日": "workdays", "上午": "morning", "下午": "afternoon",
  "现在": "now", "明天": "tomorrow", "节假日": "public holidays",
  "请换一个词，或减少筛选条件。": "Try another word or fewer filters.",
  "营业中": "Open", "休息中": "Closed", "营业时间未知": "Hours unknown",
  "{0} 关门": "until {0}", "{0} 开门": "opens {0}", "全天营业": "open all day",
  "明天 {0}": "tomorrow {0}", "{0}月{1}日": "{0}/{1}", "{0} {1}": "{0} {1}",
  "节假日，请电话确认": "Public holiday, please call", "调休上班日，请电话确认": "Make-up workday, please call",
  "可能休息，请先致电": "Possibly closed, please call first",
  "未注明星期几营业，请先致电": "Days of opening not stated, please call first",
  "节假日休息": "Closed on public holidays",
  "周一": "Mon", "周二": "Tue", "周三": "Wed", "周四": "Thu", "周五": "Fri", "周六": "Sat", "周日": "Sun",
  "返回列表": "Back to the list", "所属银行": "Bank", "地址": "Address", "营业时间": "Hours", "今天": "Today",
  "不营业": "closed", "电话": "Phone", "县区 ": "County", "状态": "Status", "若退出": "If it leaves",
  "门口标识": "Sign at the door", "未知": "unknown", "拨打 {0}": "Call {0}", "{0} 转 {1}": "{0} ext. {1}", "复制地址": "Copy address", "已复制": "Copied",
  "复制不了，请长按选取": "Cannot copy here; please select the text",
  "步行导航": "Walk there", "高德地图": "Amap", "百度地图": "Baidu Maps", "腾讯地图": "Tencent Maps", "手机地图": "Phone's map app",
  "用手机扫码导航": "Scan to navigate", "法定节假日安排已知至 {0}": "Public holidays known until {0}",
  "{0} 米": "{0} m", "{0} 公里": "{0} km",
  "按离所选位置的远近排列（直线距离）。": "Sorted by straight-line distance from the chosen place.",
  "得不到您的位置。请在地图上点一下您在哪里，或在搜索框输入镇街名。": "Your position is not available. Tap the map where you are, or search for a town.",
  "请在地图上点一下您在哪里。": "Tap the map where you are.", "正在定位……": "Locating…", "取消定位": "Stop sorting",
  "看这附近的网点": "Outlets near here", "这里有 {0} 个网点": "{0} outlets here",
  "本图资料已有 {0} 天，网点和时间可能有变，出门前请先致电。": "This map is {0} days old; outlets and hours may have changed. Please call before you go.",
  "本图的节假日安排只到 {0}，节日前后请先致电。": "Public holidays are known until {0} only; please call first around festivals.",
  "数据截至 {0}，生成日期 {1}": "Data as of {0}, made on {1}", "数据截至 {0}": "Data as of {0}", "生成日期 {0}": "Made on {0}",
  "筹建": "planned", "暂停": "suspended", "退出": "left", "存疑": "in doubt",
  "边界示意，非标准地图": "Boundaries are schematic", "审图号：{0}": "Map approval: {0}",
  "放大": "Zoom in", "缩小": "Zoom out", "街道 © OpenStreetMap 贡献者（ODbL）": "Streets © OpenStreetMap contributors (ODbL)",
  "内部草稿，未经发布核对，请勿对外": "Internal draft, not checked for publishing", "关于与版权": "About and credits",
  "Leaflet 的许可全文": "Leaflet's license in full", "关闭": "Close", "扫码看电子地图": "Scan for the map",
  "序号": "No.", "网点": "Outlet", "可办业务": "Services", "地图所示范围": "The part on the map",
  "离所选位置最近的 {0} 个网点": "The {0} outlets nearest to the chosen place",
  "{0} 人": "{0} people", "没有空白区": "No gaps", "打开本县区地图": "Open the county's map", "‹ 全省地图": "‹ All counties",
  "空白区（按{0}）": "Gaps by {0}", "镇街（按{0}）": "Towns by {0}",
  "全部网点": "All outlets", "不限时段": "At any time", "工作日中午": "Workdays, through noon", "工作日17:30以后": "Workdays after 17:30",
  "星期六": "Saturday", "星期日": "Sunday",
  "县区（按{0}）": "Counties by {0}",
  "跳到网点列表": "Skip to the outlets", "菜单": "Menu", "夜间": "Dark", "展开列表": "Larger list", "收起列表，看地图": "Smaller list, larger map", "▲ 列表": "▲ List", "▼ 地图": "▼ Map",
  "我要办…": "I have come for…", "看全部网点": "All outlets", "{0} 个网点": "{0} outlets", "全部地市": "All cities",
  "筛选": "Filter", "完成": "Done", "筛选（{0}）": "Filter ({0})",
  "分享": "Share", "已复制链接，可粘贴发给亲友": "Link copied, ready to be pasted",
  "已复制名称、地址和电话（本页是文件，没有可发的链接）": "Name, address and phone copied (this page is a file: there is no link to send)",
  "导航链接或二维码生成不了，请按地址查找。": "No links or QR code for this outlet; please go by the address.",
  "全省图上先只查主要地名；写上或选一个县区，就能查那里的街道和村居": "Of the province only the main places are known; add or choose a county to search its streets and villages",
  "正在读取{0}的街道和村居……": "Reading the streets and villages of {0}…",
  "工具": "Tools",
  "领导看图": "Briefing view",
  "量一量": "Measure",
  "存图片": "Save picture",
  "收起图例": "Hide legend",
  "图例": "Legend",
  "存为表格（CSV）": "Save as table (CSV)",
  "点一下地图放第一点；键盘：方向键移动地图，回车放点": "Tap the map for the first point; by keyboard: arrows move the map, Enter sets a point",
  "距离 {0}": "Distance {0}",
  "距离 {0}，围合面积 {1}": "Distance {0}, area within {1}",
  "{0} 平方米": "{0} m²",
  "{0} 平方公里": "{0} km²",
  "存不了图片（用了在线底图，或地图太大），请用打印。": "The picture cannot be saved (online tiles, or too large a map): please print.",
  "建成几个建议网点": "How many recommended sites are built",
  "现状": "Today",
  "全部建成": "All built",
  "未达标 {0} 人": "{0} people outside the standard",
  "已建成 {0} 个（共 {1} 个建议网点），增加达标 {2} 人": "{0} of {1} recommended sites built: {2} people more within the standard",
  "今天；向右拖，看建成建议网点之后": "Today; move right to see the recommended sites built",
  "回到地图": "Back to the map",
  "网点编号": "Outlet no.", "网点名称": "Name of outlet", "银行": "Bank", "纬度": "Latitude", "经度": "Longitude",
  "名称": "Name",
  "读不到这里的详细底图：“底图”文件夹要与本页放在一起": "The detailed base map of this place cannot be read: the folder 底图 must stand beside this page",
  "正在读取这里的底图……": "Reading the base map of this place…",
  "读不到{0}的街道和村居：“地名”文件夹要与本页放在一起": "The streets and villages of {0} cannot be read: the folder 地名 must stand beside this page",
  "直线 {0}": "{0} in a straight line", "步行约 {0} 分钟（{1}）": "about {0} min on foot ({1})", "步行约 {0} 小时（{1}）": "about {0} h on foot ({1})",
  "以上步行 {0} 分钟以内": "Above: within {0} min on foot", "步行 {0} 分钟以内没有网点": "No outlet within {0} min on foot",
  "以下没有查到步行路线，按直线距离排列": "Below: no walk is known; by straight lines", "按从“{0}”步行的远近排列": "sorted by the walk from {0}",
  "这里不在本图的步行街道旁，按直线距离排列。": "No street of this map is near here: sorted by straight lines.",
  "按步行的远近排列（约数，每分钟 {0} 米）。": "Sorted by walking distance (about; {0} m a minute).",
  "按步行的远近排列（约数，每分钟 {0} 米），定位误差约 {1}。位置只在本页使用，不会发送。": "Sorted by walking distance (about; {0} m a minute) from you, give or take {1}. Your position stays in this page.",
  "图上蓝线是步行路线，按街道估算，请以实地为准。": "The blue line is the walk, as the map's streets have it; please go by what you find there.", "距离": "Distance", "选地图中心": "Take the map's middle", "在地图上选位置": "Choose on the map",
  "按离您的远近排列（直线距离），定位误差约 {0}。位置只在本页使用，不会发送。": "Sorted by straight-line distance from you, give or take {0}. Your position stays in this page.",
  "定位误差约 {0}，排列不一定准；可改为在地图上选一个位置。位置只在本页使用，不会发送。": "Your position may be off by {0}, and the order with it; you may choose a place on the map instead. Your position stays in this page.",
  "已选": "chosen", "清除筛选": "Clear filters", "其他网点": "other outlets", "需求点": "Demand point",
});

/** A reader's language and the texts in it. */
export class Words {
  constructor() {
    this.language = "zh-CN";
    /** @type {Record<string, string>} */
    this.english = { ...ENGLISH };
  }

  get inEnglish() {
    return this.language === "en";
  }

  /**
   * A text in the reader's language, its gaps filled.
   * @param {string} text
   * @param {...(string | number)} parts
   */
  t(text, ...parts) {
    const words = this.inEnglish && text in this.english ? this.english[text] : text;
    return words.trim().replace(/\{(\d)\}/g, (_, i) => String(parts[Number(i)]));
  }

  /**
   * A number with its thousands apart, as both languages write it; the engine's own way takes long to begin.
   * @param {number} value
   */
  number(value) {
    const [whole, part] = String(value).split(".");
    return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (part ? "." + part : "");
  }

  /**
   * Fills in everything in the page that names its text.
   * @param {HTMLElement} root
   */
  translate(root) {
    root.lang = this.language;
    const texts = (/** @type {string} */ name) => parts(root, `[data-${name}]`);
    texts("t").forEach((node) => { node.textContent = this.t(node.dataset.t || ""); });
    texts("t-label").forEach((node) => node.setAttribute("aria-label", this.t(node.dataset.tLabel || "")));
    texts("t-placeholder").forEach((node) => node.setAttribute("placeholder", this.t(node.dataset.tPlaceholder || "")));
    const button = part(root, ".emap-language");
    button.textContent = this.inEnglish ? "中文" : "English";
    button.lang = this.inEnglish ? "zh-CN" : "en";
  }
}
