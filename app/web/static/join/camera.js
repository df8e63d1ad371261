/* The camera: what it sees, as in a mirror, until a photo is taken. */

export class Camera {
  /** `video`: shows what the camera sees. */
  constructor(video) {
    this.video = video;
    this.stream = null;
  }

  static get exists() {
    return Boolean(navigator.mediaDevices?.getUserMedia);
  }

  /** Starts it; asks for permission. Rejects without a camera, or without permission. */
  async start() {
    this.stop();
    const wanted = { facingMode: 'user', width: { ideal: 2560 }, height: { ideal: 1920 } };
    this.stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
    this.video.srcObject = this.stream;
    await this.video.play();
  }

  /** A canvas with what the camera sees now. */
  take() {
    const canvas = document.createElement('canvas');
    canvas.width = this.video.videoWidth;
    canvas.height = this.video.videoHeight;
    canvas.getContext('2d').drawImage(this.video, 0, 0);
    return canvas;
  }

  stop() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.video.srcObject = null;
  }
}
