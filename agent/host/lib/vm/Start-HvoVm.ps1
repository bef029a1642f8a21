function Start-HvoVm {
    <#
    .SYNOPSIS
        Starts or resumes a VM unless it runs; fails with StartFailed and the VM's last event of the host's event log, or with VmCritical.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [object] $Vm
    )
    $now = Wait-HvoVmSettled -VmId $Vm.Id
    if ([string]$now.State -eq 'Running') { return }
    # A VM that is off or saved may start all the same: its storage may be back.
    if (@('Off', 'Saved') -notcontains (ConvertTo-HvoVmState $now.State)) { Assert-HvoVmNotCritical -Vm $now }
    $began = [DateTime]::Now.AddSeconds(-5)
    try {
        if ((ConvertTo-HvoVmState $now.State) -eq 'Paused') {
            Resume-VM -VM $Vm -ErrorAction Stop
        } else {
            Start-VM -VM $Vm -ErrorAction Stop
        }
    } catch {
        # The command may fail although the VM was started.
        $now = Get-HvoVmById -VmId $Vm.Id
        if ($null -ne $now -and [string]$now.State -eq 'Running') { return }
        $cause = $_.Exception.Message
        $events = @(Get-HvoVmmsEvent -Vm $Vm -After $began)
        if ($null -ne $now) { Assert-HvoVmNotCritical -Vm $now }
        $last = "The host's event log has no event for the VM."
        if ($events.Count) { $last = "The host's last event for the VM: $($events[-1].id) $($events[-1].message)" }
        foreach ($entry in $events) { Write-HvoLog -Message "Event $($entry.id) at $($entry.at): $($entry.message)" }
        Stop-HvoLaunch -Code StartFailed -Message "The VM could not be started: $cause" -Summary $last
    }
}
