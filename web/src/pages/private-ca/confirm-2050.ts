/** An end in 2050 or later is asked about: some equipment cannot read dates that far away. */
import { askPerson } from '../../components/dialogs/ask-person.tsx';
import { toProblem } from '../../problem.ts';

/** Runs `act`; where the gateway wants the end confirmed, asks the person and runs it once more. */
export async function confirm2050<T>(act: (confirmed: { confirmed2050?: true }) => Promise<T>): Promise<T | undefined> {
  try {
    return await act({});
  } catch (error) {
    if (toProblem(error).code !== 'private-ca.confirmation') throw error;
    const sure = await askPerson({
      title: 'It ends in 2050 or later',
      body: 'From 2050 on, dates in certificates are written in another form, which some equipment cannot read.',
      confirm: 'Go on',
    });
    return sure ? act({ confirmed2050: true }) : undefined;
  }
}
