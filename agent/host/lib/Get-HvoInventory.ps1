function Get-HvoInventory {
    <#
    .SYNOPSIS
        Returns the lines of the host's inventory in the protocol's order, one after the other.
    .OUTPUTS
        Ordered dictionaries.
    #>
    param([Parameter(Mandatory = $true)] [hashtable] $Context)
    Assert-HvoCommand
    Get-HvoHostFact $Context
    Get-HvoImageFact $Context
    # Read before the VMs: a machine that is completed in between may show a guest too many, never one too few.
    $journals = @(Get-HvoJournalFact $Context)
    Get-HvoVmFact -Journals $journals
    $journals
    Get-HvoRemovedFact $Context
}
