function Stop-HvoVm {
    <#
    .SYNOPSIS
        Shuts a VM's guest down.
    .DESCRIPTION
        If the guest does not shut down, the VM is turned off with -TurnOff; without it the launch fails with GuestTimeout.
        Stop-VM -Force turns a VM off if its guest does not answer, so it is not called for such a guest without -TurnOff.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [object] $Vm,
        [Parameter()] [switch] $TurnOff
    )
    $now = Get-HvoVmById -VmId $Vm.Id
    $state = [string]$now.State
    if ($state -eq 'Off') { return }
    if ($state -eq 'Saved') {
        Remove-VMSavedState -VM $Vm
        return
    }
    try {
        if (-not $TurnOff -and (ConvertTo-HvoHeartbeat $now.Heartbeat) -ne 'Ok') { throw 'its heartbeat does not answer.' }
        Stop-VM -VM $Vm -Force -ErrorAction Stop
        if (Wait-HvoVmState -VmId $Vm.Id -State 'Off' -WaitSeconds 120) { return }
        $cause = 'it still runs 120 seconds after the request.'
    } catch {
        $cause = $_.Exception.Message
    }
    if (-not $TurnOff) {
        Stop-HvoLaunch -Code GuestTimeout -Message "The VM has to be off for this change, and its guest did not shut down: $cause"
    }
    Write-HvoLog -Message "The guest did not shut down ($cause) and is turned off."
    Stop-VM -VM $Vm -TurnOff -Force
    if (-not (Wait-HvoVmState -VmId $Vm.Id -State 'Off')) { throw 'The VM was turned off and is not off after 60 seconds.' }
}
