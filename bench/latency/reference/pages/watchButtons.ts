/** What a viewer's page does with the video that a click on "Watch" put on it; returns what ends it. */
export type Watch = (video: HTMLVideoElement) => () => void;

/** Puts the buttons "Watch" and "Leave" on the page. A video is made for every click, as in the product. */
export function addWatchButtons(watch: Watch): void {
  let end: () => void = () => undefined;
  const addButton = (id: string, onClick: () => void): void => {
    const button = document.createElement('button');
    button.id = id;
    button.textContent = id;
    button.addEventListener('click', onClick);
    document.body.append(button);
  };
  addButton('watch', () => {
    const video = document.createElement('video');
    video.autoplay = true;
    video.muted = true;
    video.width = 1_200;
    document.body.append(video);
    const endWatching = watch(video);
    end = () => {
      endWatching();
      video.remove();
    };
  });
  addButton('leave', () => end());
}
