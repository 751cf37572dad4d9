/** The menus, as the guides order them: Status, System, Configuration, Maintenance, Users, Help. */
import { Link, useLocation } from 'wouter';
import { pageOf, pages } from '../../navigation.ts';
import { useAlarms } from '../../queries.ts';

/** Every page under its menu; the page shown is marked, open alarms are counted. */
export function NavigationMenu() {
  const [path] = useLocation();
  const current = pageOf(path);
  const alarms = useAlarms().data ?? [];
  const worst = alarms.some((alarm) => alarm.severity === 'critical') ? 'critical' : 'warning';
  const menus = [...new Set(pages.map((page) => page.menu.join(' › ')))];
  return (
    <div className="tg-nav">
      {menus.map((menu) => (
        <div key={menu}>
          <h2>{menu}</h2>
          <ul>
            {pages
              .filter((page) => page.menu.join(' › ') === menu)
              .map((page) => (
                <li key={page.path}>
                  <Link to={page.path} aria-current={page.path === current?.path ? 'page' : undefined}>
                    {page.title}
                    {page.path === '/status/alarms' && alarms.length > 0 && (
                      <span className={`tg-count tg-tone-${worst}`}>
                        {alarms.length}
                        <span className="tg-visually-hidden">&nbsp;open</span>
                      </span>
                    )}
                  </Link>
                </li>
              ))}
          </ul>
        </div>
      ))}
    </div>
  );
}
