export function NotesPage() {
  return <main />;
}
