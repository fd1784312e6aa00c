declare module "maplibre-gl/dist/maplibre-gl-csp.js" {
  const gl: unknown;
  export default gl;
}
declare module "@alpinejs/csp" {
  import Alpine from "alpinejs";
  export default Alpine;
}
