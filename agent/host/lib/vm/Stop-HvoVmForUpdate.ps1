function Stop-HvoVmForUpdate {
    <#
    .SYNOPSIS
        Shuts a running VM down for a change, and records in the journal that it has to be started again.
    .DESCRIPTION
        The journal is saved first, so that the next launch starts the VM if this one is killed in between. The launch
        fails for a VM that is paused or saved, and for a guest that cannot be asked to shut down.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    $vm = Get-HvoExistingVm -VmId $Context.Vm.Id
    $state = ConvertTo-HvoVmState $vm.State
    if ($state -eq 'Off') { return }
    if ($state -eq 'Running' -and $null -eq (Get-HvoShutdownObstacle -Vm $vm)) {
        $Context.Journal.resume = $true
        Save-HvoJournal -Context $Context
    }
    $null = Stop-HvoVm -Vm $Context.Vm
}
