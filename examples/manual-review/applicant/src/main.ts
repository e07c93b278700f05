import "../../theme.css";
import "./applicant.css";
import "./app";
import { openableOffline } from "./offline";

// What is put aside for later waits until everything has come.
addEventListener("kyc-whole", () => void openableOffline(), { once: true });
