function Stop-HvoVmForUpdate {
    <#
    .SYNOPSIS
        Shuts a running VM down for a change, and records in the journal that it has to be started again.
    .DESCRIPTION
        The journal is saved first, so that the next launch starts the VM if this one is killed in between.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    if ([string](Get-HvoVmById -VmId $Context.Vm.Id).State -eq 'Off') { return }
    $Context.Journal.resume = $true
    Save-HvoJournal -Context $Context
    Stop-HvoVm -Vm $Context.Vm
}
