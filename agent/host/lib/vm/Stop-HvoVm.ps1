function Stop-HvoVm {
    <#
    .SYNOPSIS
        Shuts a VM's guest down.
    .DESCRIPTION
        A guest that does not shut down is turned off with -TurnOff, as a saved one is; without it the launch fails with
        GuestTimeout, and the guest keeps what it has in memory.
    .OUTPUTS
        String: why the VM was turned off; nothing if the guest has shut down, or was off.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [object] $Vm,
        [Parameter()] [switch] $TurnOff
    )
    $now = Wait-HvoVmSettled -VmId $Vm.Id
    $state = ConvertTo-HvoVmState $now.State
    if ($state -eq 'Off') { return }
    $cause = "it is in the state $($now.State)."
    if ($state -eq 'Running') {
        $cause = Get-HvoShutdownObstacle -Vm $now
        if ($null -eq $cause) {
            try {
                Stop-VM -VM $now -Force -ErrorAction Stop
                if (Wait-HvoVmState -VmId $now.Id -State 'Off' -WaitSeconds 120) { return }
                $cause = 'it still runs 120 seconds after the request.'
            } catch {
                $cause = $_.Exception.Message
            }
        }
    }
    if (-not $TurnOff) {
        Stop-HvoLaunch -Code GuestTimeout -Message "The VM has to be off for this change, and its guest did not shut down: $cause"
    }
    Write-HvoLog -Message "The guest did not shut down ($cause) and is turned off."
    if ($state -eq 'Saved') {
        Remove-VMSavedState -VM $now
    } else {
        Stop-VM -VM $now -TurnOff -Force
    }
    if (-not (Wait-HvoVmState -VmId $now.Id -State 'Off')) { throw 'The VM was turned off and is not off after 60 seconds.' }
    return $cause
}
