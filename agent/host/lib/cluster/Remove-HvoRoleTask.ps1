function Remove-HvoRoleTask {
    <#
    .SYNOPSIS
        Removes the scheduled task that makes a machine's cluster role, and those that killed launches of other machines left an
        hour ago.
    .DESCRIPTION
        Waits up to a minute for one that runs: the role that it makes may not be left half made. Failures are only logged.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $MachineUid
    )
    if (-not (Get-Command -Name 'Get-ScheduledTask' -ErrorAction SilentlyContinue)) { return }
    $own = Get-HvoRoleTaskName -MachineUid $MachineUid
    try {
        $tasks = @(Get-ScheduledTask -TaskName (Get-HvoRoleTaskName -MachineUid '*') -TaskPath '\' -ErrorAction Stop)
    } catch {
        $missing = $_.CategoryInfo.Category -eq [System.Management.Automation.ErrorCategory]::ObjectNotFound
        if (-not $missing) { Write-HvoLog -Message "The scheduled tasks of this host are unknown: $($_.Exception.Message)" }
        return
    }
    foreach ($task in $tasks) {
        $name = [string]$task.TaskName
        try {
            if ($name -ne $own) {
                $words = ([string]$task.Description).Split(' ')
                $age = Get-HvoSecondsSince -Timestamp $words[-1]
                if ($null -eq $age -or $age -lt 3600 -or [string]$task.State -eq 'Running') { continue }
            }
            $ends = [DateTime]::UtcNow.AddSeconds(60)
            while ([string](Get-ScheduledTask -TaskName $name -TaskPath '\' -ErrorAction Stop).State -eq 'Running') {
                if ([DateTime]::UtcNow -ge $ends) {
                    Stop-ScheduledTask -TaskName $name -TaskPath '\' -ErrorAction Stop
                    break
                }
                Start-Sleep -Milliseconds 250
            }
            Unregister-ScheduledTask -TaskName $name -TaskPath '\' -Confirm:$false -ErrorAction Stop
        } catch {
            Write-HvoLog -Message "The scheduled task $name could not be removed: $($_.Exception.Message)"
        }
    }
}
