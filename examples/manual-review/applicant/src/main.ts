import "../../theme.css";
import "./applicant.css";
import "./app";
