// Links: the way to an outlet in the map services that people have, each in the datum it expects; calls.

/**
 * WGS-84 to GCJ-02, degrees; the published forward formula, which does not hold outside China.
 * @param {number} lon
 * @param {number} lat
 * @returns {[number, number]}
 */
export function gcj(lon, lat) {
  if (lon < 72.004 || lon > 137.8347 || lat < 0.8293 || lat > 55.8271) return [lon, lat];
  const { sin, cos, sqrt, abs, PI } = Math;
  const a = 6378245, e2 = 0.006693421622965943;
  const x = lon - 105, y = lat - 35;
  const waves = (20 * sin(6 * x * PI) + 20 * sin(2 * x * PI)) * 2 / 3;
  const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + waves
    + (20 * sin(y * PI) + 40 * sin(y / 3 * PI)) * 2 / 3 + (160 * sin(y / 12 * PI) + 320 * sin(y * PI / 30)) * 2 / 3;
  const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + waves
    + (20 * sin(x * PI) + 40 * sin(x / 3 * PI)) * 2 / 3 + (150 * sin(x / 12 * PI) + 300 * sin(x / 30 * PI)) * 2 / 3;
  const phi = lat / 180 * PI, magic = 1 - e2 * sin(phi) ** 2, root = sqrt(magic);
  return [
    lon + east * 180 / (a / root * cos(phi) * PI),
    lat + north * 180 / ((a * (1 - e2)) / (magic * root) * PI),
  ];
}

/**
 * The way to a place in WGS-84, in each of the services.
 * @param {{name: string, lon: number, lat: number}} outlet
 */
export function linksTo(outlet) {
  const [lon, lat] = gcj(outlet.lon, outlet.lat).map((degrees) => degrees.toFixed(6));
  // A comma would end the place in Amap's list of three.
  const name = encodeURIComponent(outlet.name.replace(/[,，]/g, " "));
  const own = [outlet.lat, outlet.lon].map((degrees) => degrees.toFixed(6)).join(",");
  return [
    { key: "amap", label: "高德地图", url: `https://uri.amap.com/navigation?to=${lon},${lat},${name}&mode=walk&coordinate=gaode&callnative=1&src=gdcoverage` },
    { key: "baidu", label: "百度地图", url: `https://api.map.baidu.com/marker?location=${lat},${lon}&title=${name}&content=${name}&coord_type=gcj02&output=html&src=gdcoverage` },
    { key: "tencent", label: "腾讯地图", url: `https://apis.map.qq.com/uri/v1/routeplan?type=walk&to=${name}&tocoord=${lat},${lon}&referer=gdcoverage` },
    { key: "apple", label: "苹果地图", url: `https://maps.apple.com/?daddr=${lat},${lon}&dirflg=w` },
    { key: "geo", label: "手机地图", url: `geo:${own}?q=${own}(${name})` },
  ];
}

/** So much of a name, as an address writes it, fits into a QR code that a phone can read. */
const CODE_NAME = 270;

/**
 * The address for the QR code: the first link, of a name that is cut where it is too long.
 * @param {{name: string, lon: number, lat: number}} outlet
 */
export function codeLink(outlet) {
  let name = "", length = 0;
  // By characters: half of one of two units cannot be written.
  for (const sign of outlet.name) {
    length += encodeURIComponent(sign).length;
    if (length > CODE_NAME) break;
    name += sign;
  }
  return linksTo({ ...outlet, name })[0].url;
}

/**
 * What calls a number as it is shown; a comma is the pause before an extension (转).
 * @param {string} shown
 */
export const telephone = (shown) => "tel:" + shown.replace("转", ",").replace(/[^0-9+,]/g, "");
