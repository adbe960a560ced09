"""`nbgrader autograde` and Formgrader's button, by the same steps as the engine's."""

from fnmatch import fnmatchcase

import nbgrader.apps.api
import nbgrader.apps.autogradeapp
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException

from examroom.engine import grade
from examroom.errors import ExamroomError
from examroom.folder import CourseFolder


class SandboxedAutograde(Autograde):  # type: ignore[misc]
    """nbgrader's Autograde, whose submissions are taken in, rebuilt, examined and recorded here.

    Options of nbgrader's that choose what is graded (`--student`, `--force`, `--db`, …) are
    respected; those that tell how cells are executed have no meaning.
    """

    def start(self) -> None:
        """Grade what was asked for; NbGraderException, as from nbgrader, if any of it failed."""
        course = self.coursedir
        folder = CourseFolder.of(self)
        assignment = course.assignment_id
        excluded = set(course.student_id_exclude.split(","))
        chosen = [
            student
            for student in folder.submitters(assignment)
            if fnmatchcase(student, course.student_id) and student not in excluded
        ]
        if not chosen:
            said = f"submitted/ 里没有 {course.student_id} 交的 {assignment}"
            self.log.error(said)
            raise NbGraderException(said)
        failed = []
        try:
            _, steps = grade(folder, assignment, students=chosen, force=self.force, parallel=False)
            for graded in steps:
                if graded.problem:
                    self.log.error("%s: %s", graded.student, graded.problem)
                    failed.append(graded.student)
                    continue
                assert graded.result is not None
                marks = f"{graded.result.score:g}/{graded.result.max_score:g}"
                self.log.info("%s: %s (%s)", graded.student, marks, graded.state)
                for rejected in graded.report.rejected:
                    self.log.warning("%s: %s: %s", graded.student, rejected.file, rejected.reason)
        except ExamroomError as error:
            self.log.error(str(error))
            raise NbGraderException(str(error)) from error
        if failed:
            raise NbGraderException(f"没有批改成：{'、'.join(failed)}，原因见上。")


def install() -> None:
    """Let nbgrader grade in the sandbox; for a course's `nbgrader_config.py`.

    nbgrader names its converter in two places and configures it in none.

    Example, in `nbgrader_config.py`:
        >>> import examroom
        >>> examroom.install()
    """
    for module in (nbgrader.apps.autogradeapp, nbgrader.apps.api):
        module.Autograde = SandboxedAutograde
