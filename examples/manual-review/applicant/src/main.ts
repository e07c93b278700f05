import "../../theme.css";
import "./applicant.css";
import "./app";
import { openableOffline } from "./offline";

// What is put aside for later waits until the page stands.
addEventListener("kyc-ready", () => void openableOffline(), { once: true });
