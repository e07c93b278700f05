declare module "*.ftl?first" {
  const words: string;
  export default words;
}
