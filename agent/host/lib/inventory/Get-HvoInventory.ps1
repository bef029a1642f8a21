function Get-HvoInventory {
    <#
    .SYNOPSIS
        Returns the lines of the host's inventory in the protocol's order.
    .OUTPUTS
        Ordered dictionaries.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    Assert-HvoHyperVModule
    Get-HvoHostInventory -Context $Context
    # Read before the VMs: a machine that is completed in between then has a guest too many, never one too few.
    $entries = @(foreach ($machines in $Context.MachineFolders) { Get-HvoMachineJournal -Machines $machines -TestLock })
    Get-HvoImageInventory -Context $Context -Entries $entries
    $journals = @(Get-HvoJournalInventory -Entries $entries)
    Get-HvoVmInventory -Journals $journals
    $journals
    Get-HvoTombstoneInventory -Context $Context
}
