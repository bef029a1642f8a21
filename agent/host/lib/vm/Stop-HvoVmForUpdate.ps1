function Stop-HvoVmForUpdate {
    <#
    .SYNOPSIS
        Shuts a running VM down for a change, and records in the journal that it has to be started again.
    .DESCRIPTION
        The journal is saved first, so that the next launch starts the VM if this one is killed in between. A VM that is paused or
        saved has no guest to shut down: the launch fails.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    $state = ConvertTo-HvoVmState (Get-HvoExistingVm -VmId $Context.Vm.Id).State
    if ($state -eq 'Off') { return }
    if ($state -eq 'Running') {
        $Context.Journal.resume = $true
        Save-HvoJournal -Context $Context
    }
    $null = Stop-HvoVm -Vm $Context.Vm
}
