export { init, Chart, type Answer, type Offers, type WasmSource } from "./wasm.js";
export { KycError, type KycErrorCode, type Problem } from "./error.js";
export { KycSession, type Divergence, type OpenOptions, type SaveStatus, type SessionState } from "./session.js";
export { StorageQueue, type Queue, type Waiting } from "./queue.js";
export {
  HttpTransport,
  type Credential,
  type HttpOptions,
  type Link,
  type Loaded,
  type Posted,
  type Transport,
  type UploadOptions,
} from "./transport.js";
export type * from "./types.js";
