function New-HvoRandomPassword {
    <#
    .SYNOPSIS
        Returns a random password of 36 characters.
    .OUTPUTS
        System.String
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()
    $random = [byte[]]::new(24)
    $generator = [System.Security.Cryptography.RandomNumberGenerator]::Create()
    try {
        $generator.GetBytes($random)
    } finally {
        $generator.Dispose()
    }
    # The prefix satisfies every complexity rule.
    return 'aA1-' + [Convert]::ToBase64String($random)
}
