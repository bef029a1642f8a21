function Find-HvoDifference {
    <#
    .SYNOPSIS
        Returns the first field of a step that this VM does not have as requested, as Windows reports it now.
    .PARAMETER Step
        The step.
    .PARAMETER Context
        The context of the guest.
    .PARAMETER State
        The state.
    .PARAMETER Fields
        The fields of the guest data.
    .OUTPUTS
        System.String, the id of the field, or an empty string. Throws what cannot be read.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $Step,
        [Parameter(Mandatory = $true)] [PSCustomObject] $Context,
        [Parameter(Mandatory = $true)] [PSCustomObject] $State,
        [Parameter(Mandatory = $true)] [hashtable] $Fields
    )
    switch ($Step) {
        'Hostname' { return Find-HvoHostnameDifference -Fields $Fields }
        'Account' { return Find-HvoAccountDifference -Fields $Fields }
        'Network' { return Find-HvoNetworkDifference -Fields $Fields }
        'DomainJoin' { return Find-HvoDomainDifference -Context $Context -State $State -Fields $Fields }
    }
}
