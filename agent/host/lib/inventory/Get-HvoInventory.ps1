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
    Get-HvoImageInventory -Context $Context
    # Read before the VMs: a machine that is completed in between then has a guest too many, never one too few.
    $journals = @(Get-HvoJournalInventory -Context $Context)
    Get-HvoVmInventory -Journals $journals
    $journals
    Get-HvoTombstoneInventory -Context $Context
}
