function Test-HvoNotFound {
    <#
    .SYNOPSIS
        Returns whether a network command has failed because no object matches its query.
    .PARAMETER ErrorRecord
        The error.
    .OUTPUTS
        System.Boolean
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [System.Management.Automation.ErrorRecord] $ErrorRecord
    )
    # The text is in the language of the system; the category is not.
    return $ErrorRecord.CategoryInfo.Category -eq [System.Management.Automation.ErrorCategory]::ObjectNotFound
}
