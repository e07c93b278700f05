export { init, Chart, type Answer, type Offers, type WasmSource } from "./wasm.js";
export { KycError, type KycErrorCode, type Problem } from "./error.js";
export { KycSession, type OpenOptions } from "./session.js";
export type { Capture, Divergence, SaveStatus, SessionState } from "./state.js";
export { MemoryStore, type LocalStore } from "./storage.js";
export type { Release } from "./device-key.js";
export { IndexedDbStore } from "./indexed-db.js";
export type { Begun, HandOver, HandOverStanding, HandOverTransport } from "./handover.js";
export type { Progress, Uploading } from "./upload.js";
export {
  HttpTransport,
  type Asking,
  type Credential,
  type Exchanged,
  type HttpOptions,
  type Link,
  type Loaded,
  type Posted,
  type ShownPage,
  type Transport,
  type UploadOptions,
} from "./transport.js";
export type * from "./types.js";
