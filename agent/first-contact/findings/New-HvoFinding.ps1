function New-HvoFinding {
    <#
    .SYNOPSIS
        Returns a finding: an assumption of the agent, what the host showed, and whether it differs.
    .DESCRIPTION
        Check returns an object with Observed, a text, and Differs, a Boolean or null if it cannot be known here. One that fails is
        unknown, with the kind of its error and not with its words, which are the host's own.
    .OUTPUTS
        Ordered dictionary with number, assumption, verdict and observed.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [int] $Number,
        [Parameter(Mandatory = $true)] [string] $Assumption,
        [Parameter(Mandatory = $true)] [scriptblock] $Check
    )
    try {
        $found = @(& $Check)[-1]
        $verdict = if ($null -eq $found.Differs) { 'unknown' } elseif ($found.Differs) { 'differs' } else { 'as assumed' }
        $observed = [string]$found.Observed
    } catch {
        $verdict = 'unknown'
        $observed = "an error of the kind $($_.Exception.GetType().Name), category $($_.CategoryInfo.Category)"
    }
    return [ordered]@{ number = $Number; assumption = $Assumption; verdict = $verdict; observed = $observed }
}
