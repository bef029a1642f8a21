function Stop-HvoVmForUpdate {
    <#
    .SYNOPSIS
        Shuts a running VM down for a change that needs that, and notes that it has to be started again.
    .DESCRIPTION
        The note comes first: a launch that is killed in between leaves it to the next one.
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
