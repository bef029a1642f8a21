function Stop-HvoVm {
    <#
    .SYNOPSIS
        Brings a VM to Off: asks its guest to shut down and, only with -TurnOff, pulls the plug if it does not.
    .DESCRIPTION
        Stop-VM -Force turns a VM off whose guest does not answer, so without -TurnOff such a guest is not even asked.
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
        $cause = 'it was asked to and still runs after 120 seconds.'
    } catch {
        $cause = $_.Exception.Message
    }
    if (-not $TurnOff) {
        Stop-HvoLaunch -Code GuestTimeout -Message ("The VM has to be off for this change, and its guest did not shut down: $cause " +
            'Shut it down, or set powerState to Off.')
    }
    Write-HvoLog -Message "The guest did not shut down ($cause) and is turned off."
    Stop-VM -VM $Vm -TurnOff -Force
    if (-not (Wait-HvoVmState -VmId $Vm.Id -State 'Off')) { throw 'The VM was turned off and is not off after 60 seconds.' }
}
