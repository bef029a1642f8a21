function Start-HvoVm {
    <#
    .SYNOPSIS
        Starts a VM if it does not run; fails with StartFailed and what the host's event log says of it.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [object] $Vm
    )
    if ([string](Get-HvoVmById -VmId $Vm.Id).State -eq 'Running') { return }
    $began = [DateTime]::Now.AddSeconds(-5)
    try {
        Start-VM -VM $Vm -ErrorAction Stop
    } catch {
        # An answer may be lost although it was done.
        if ([string](Get-HvoVmById -VmId $Vm.Id).State -eq 'Running') { return }
        $cause = $_.Exception.Message
        $events = @(Get-HvoVmmsEvent -Vm $Vm -After $began)
        $last = "The host's event log has no event for it."
        if ($events.Count) { $last = "The host's last event for it: $($events[-1].id) $($events[-1].message)" }
        Stop-HvoLaunch -Code StartFailed -Summary $last -Details ([ordered]@{ events = @($events) }) -Message (
            "The VM could not be started: $cause Look at the host's Hyper-V event logs; confirm that CPU and memory are sufficient.")
    }
}
