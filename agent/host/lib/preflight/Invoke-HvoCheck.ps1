function Invoke-HvoCheck {
    <#
    .SYNOPSIS
        Runs one check of the preflight and returns its rows; an unknown row with the error if it fails.
    .OUTPUTS
        Ordered dictionaries (see New-HvoCheckRow).
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [string] $Id,
        [Parameter()] [string] $Subject = '',
        [Parameter(Mandatory = $true)] [scriptblock] $Check
    )
    try {
        # All rows of the check before the first is written: half of them would look like all.
        $rows = @(& $Check)
    } catch {
        $failure = ConvertTo-HvoFailure -ErrorRecord $_ -Doing 'The check'
        $rows = @(New-HvoCheckRow -Id $Id -Subject $Subject -State unknown -Observed $failure.Message)
    }
    foreach ($row in $rows) { $row }
}
