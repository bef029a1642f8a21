function Get-HvoInventory {
    <#
    .SYNOPSIS
        Returns the lines of the host's inventory in the protocol's order, one after the other.
    .OUTPUTS
        Ordered dictionaries.
    #>
    param([Parameter(Mandatory = $true)] [hashtable] $Context)
    Assert-HvoHyperVModule
    Get-HvoHostInventory $Context
    Get-HvoImageInventory $Context
    # Read before the VMs: a machine that is completed in between may show a guest too many, never one too few.
    $journals = @(Get-HvoJournalInventory $Context)
    Get-HvoVmInventory -Journals $journals
    $journals
    Get-HvoTombstoneInventory $Context
}
