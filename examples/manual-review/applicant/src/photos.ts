/** The screens around photos and files, and those beside the walk: with the camera, the largest part of the page. */
import "./image";
import "./screens/device";
import "./screens/give-back";
import "./screens/photo";
import "./screens/review";
import "./screens/step";
import "./screens/upload";
